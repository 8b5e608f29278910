"""Results turned into what people read: tables, charts, messages in English and Chinese."""
