"""The format of datasets on disks and in stores, and the checks that one is whole."""
