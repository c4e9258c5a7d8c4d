"""From raw tables to predictions: engines that make features, ways to hand them over, and whole programs."""
