"""The MLP in Keras: the model, its training and its scoring."""
