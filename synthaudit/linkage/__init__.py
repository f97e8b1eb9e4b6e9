"""How much two rows agree, column by column, in nats."""
