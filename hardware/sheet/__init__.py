"""The sensor sheet as a parametric solid for every size, left and right."""
