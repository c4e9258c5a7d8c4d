"""Networks that users bring: their source becomes a model, and the model is examined; whichever framework it is of."""
