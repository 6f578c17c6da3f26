"""Tables in `ops` that carry identity from one run to the next; dbt reads them, only `state.prepare` writes them."""

IDENTITY_TABLES = {
    # Human decisions, one row per line of identity_overrides.csv. `status` is filled after the models ran.
    "identity_overrides": """
        line_no integer not null, action varchar not null,
        stream_a varchar not null, system_a varchar not null, ref_a varchar not null,
        stream_b varchar, system_b varchar, ref_b varchar,
        decided_by varchar not null, decided_on date not null, reason varchar not null, status varchar""",
    # The registry, the log and the members of every person as the newest release has them.
    "identity_anchors": """
        customer_id varchar not null, anchor_point varchar not null, founded_in bigint not null,
        founded_as_of date not null, status varchar not null, merged_into varchar""",
    "identity_decided": """
        decision_no bigint not null, decided_in bigint not null, decided_as_of date not null,
        decision varchar not null, event varchar not null, decided_by varchar not null, decided_on date not null,
        customer_id varchar, other_customer_id varchar, record_a varchar, record_b varchar, reason varchar""",
    "identity_members": """
        stream varchar not null, system varchar not null, record_ref varchar not null, customer_id varchar""",
    "identity_restored": "release_id varchar not null",
    # Every distinct name text of the raw layer, read into comparable parts (normalise.py).
    "identity_names": """
        kind varchar not null, text varchar not null, given_norm varchar, given_forms varchar, family_norm varchar,
        company_norm varchar""",
    # The reader that read them: another one reads all names again.
    "identity_reader": "fingerprint varchar not null",
}

# Copies of what the last release holds; a release need not repeat them.
CARRIED = ("identity_anchors", "identity_decided", "identity_members", "identity_restored")
