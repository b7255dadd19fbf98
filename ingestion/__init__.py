"""How facts get in and move: the Keepa client and its tokens, the event log, consumers, polling."""
