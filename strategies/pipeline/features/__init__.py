"""Definitions of features: a text of SQL for the engines that know it, and a function for each other engine."""
