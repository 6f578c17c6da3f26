--> demo/pos_cn/商品.csv | once
select sku as "编码", name_zh as "名称", path_zh as "类目", brand as "品牌", money((price * 9)::bigint) as "售价", money((price * 9 * cost_share)::bigint) as "成本", ladder as "系列", rank + 1 as "级别"
from products order by p;
--> demo/pos_cn/门店.csv | once
select store_ref as "门店号", city || '店' || if(n >= 6, (n // 6 + 1)::varchar, '') as "门店", city as "城市", county as "省", opened_on as "开业" from stores where region = 'CN' order by s;
--> demo/pos_cn/员工.csv | once
select employee_ref as "工号", pick(getvariable('family_han'), u(clerk, 'staff family')) || pick(getvariable('given_han'), u(clerk, 'staff')) as "姓名",
    '零售 > 中国 > ' || county || ' > ' || store_ref as "部门", store_ref as "门店号", if(c = 0, '店长', '店员') as "岗位",
    if(c = 0, null, 'E8' || lpad((s * 5)::varchar, 4, '0')) as "上级", greatest(opened_on, date '2024-06-01' - upto(u(clerk, 'hired'), 2500)) as "入职"
from clerks join stores using (s, region) where region = 'CN' order by clerk;
--> demo/pos_cn/会员.csv | once
with member as (select *, i * 16 + 5 as x from read_parquet('$base/people_*.parquet') where is_member and region = 'CN' and join_day < 730)
select member_ref(i * 8) as "会员号", card(region, i, 0) as "卡号", if(u(x, 'scans') < 0.6, union_ref(i), null) as "UnionID", if(u(x, 'romanised') < 0.08, family_pinyin || ' ' || given_alt, family || if(u(x, 'swap') < 0.02, left(given, 1), given)) as "姓名",
    record_email(x, email, new_email, null, 0.75, false) as "邮箱", record_phone(x, region, phone, new_phone, null, 0.04, false) as "手机",
    record_birth(x, birth_date, 0.3) as "生日", if(gender = 'F', '女', '男') as "性别", county || city || street as "地址", city as "城市", county as "省", postcode as "邮编",
    if(u(x, 'ok sms') < 0.7, '是', '否') as "短信", day_of(join_day) + to_seconds(36000 + upto(u(x, 'joined at'), 28000)) as "注册"
from member;
--> demo/pos_cn/小票_$month.csv | month | after baskets, lines
-- One record a line, as the tills print it: what belongs to the receipt is repeated on each of its lines.
select l.m, l.order_ref as "单号", l.l + 1 as "行", store_ref as "门店号", b.employee_ref as "工号", l.card_ref as "卡号", pick(['微信', '微信', '支付宝', '银行卡', '现金'], u(oid, 'pay')) as "支付",
    l.sku as "编码", l.name_zh as "名称", quantity as "数量", money(unit_pence) as "单价", money(l.off_pence) as "优惠", money(b.total_pence) as "合计", l.moment as "时间"
from read_parquet('$base/lines_$group.parquet') l join read_parquet('$base/baskets_$group.parquet') b using (oid) join stores on stores.s = l.s where l.system = 'pos_cn';
--> demo/pos_cn/退货.csv | once | after lines
select 'CX' || number12(lid, 271828183) as "退货号", order_ref as "单号", store_ref as "门店号", card_ref as "卡号", sku as "编码", return_quantity as "数量", money(net_pence * return_quantity // quantity) as "退款",
    pick(['不喜欢', '质量问题', '尺寸不合', '送礼退回'], u(lid, 'why')) as "原因", day_of(return_day) + to_seconds(36000 + upto(u(lid, 'return hour'), 28000)) as "时间"
from read_parquet('$base/lines_*.parquet') join stores using (s) where system = 'pos_cn' and is_returned;
