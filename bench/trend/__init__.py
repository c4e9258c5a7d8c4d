"""The series of nights: kept, searched for steps, shown."""
