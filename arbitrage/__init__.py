"""What it is worth: the economics of a flip, opportunities, alert rules, and the pages that show them."""
