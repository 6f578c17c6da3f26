{{ repeated_winners('events') }}
