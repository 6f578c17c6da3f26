-- Whom service talked to: contact data and the order it was about tell which records are one person, though they make none.
with

tickets as (

    select * from {{ ref('stg_service__tickets') }}

),

-- What a call or a survey leaves out, its ticket may say.
said as (

    select
        system,
        customer_ref,
        order_ref,
        email_norm,
        phone_norm
    from tickets

    union

    select
        contacts.system,
        coalesce(contacts.customer_ref, tickets.customer_ref) as customer_ref,
        tickets.order_ref,
        coalesce(contacts.email_norm, tickets.email_norm) as email_norm,
        contacts.phone_norm
    from {{ ref('stg_service__contacts') }} as contacts
    left join tickets on contacts.system = tickets.system and contacts.ticket_ref = tickets.ticket_ref

    union

    select
        surveys.system,
        coalesce(surveys.customer_ref, tickets.customer_ref) as customer_ref,
        coalesce(surveys.order_ref, tickets.order_ref) as order_ref,
        surveys.email_norm,
        tickets.phone_norm
    from {{ ref('stg_service__surveys') }} as surveys
    left join tickets on surveys.system = tickets.system and surveys.ticket_ref = tickets.ticket_ref

),

systems as (

    select * from {{ ref('identity_systems') }}

),

-- A card shown at a till may be lent: an order known by nothing else says too little of who placed it.
bought as (

    select
        orders.order_ref,
        case
            when orders.customer_ref is null then records.point_id
            else 'customers:' || coalesce(systems.account_system, orders.system) || ':' || orders.customer_ref
        end as point_id
    from {{ ref('stg_sales__orders') }} as orders
    left join systems on orders.system = systems.system
    left join {{ ref('identity_records') }} as records
        on records.stream = 'orders' and orders.system = records.system and orders.order_ref = records.record_ref
    where
        orders.order_ref in (select said.order_ref from said where said.order_ref is not null)
        and coalesce(orders.customer_ref, orders.email_norm, orders.phone_norm, orders.visitor_ref) is not null

),

-- The desk does not say whose order number it is, so one that two systems have says nothing.
buyers as (

    select
        order_ref,
        min(point_id) as point_id
    from bought
    group by order_ref
    having count(*) = 1 and min(point_id) is not null

),

stated as (

    select distinct
        said.email_norm,
        said.phone_norm,
        coalesce(systems.account_system, said.system) || ':' || said.customer_ref as account_key,
        buyers.point_id as buyer_point
    from said
    left join systems on said.system = systems.system
    left join buyers on said.order_ref = buyers.order_ref

)

-- A statement that names one thing connects nothing.
select
    'stated:' || md5(
        coalesce(account_key, '') || '|' || coalesce(email_norm, '') || '|' || coalesce(phone_norm, '') || '|' || coalesce(buyer_point, '')
    ) as point_id,
    email_norm,
    phone_norm,
    account_key,
    buyer_point
from stated
where
    case when account_key is null then 0 else 1 end + case when email_norm is null then 0 else 1 end
    + case when phone_norm is null then 0 else 1 end + case when buyer_point is null then 0 else 1 end > 1
