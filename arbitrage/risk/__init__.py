"""What may go wrong between buying and selling: chance of a profit, time to sell, units, how sure all that is."""
