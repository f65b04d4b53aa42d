"""Rules: from strides and seconds to findings and alerts, live and from a file alike."""
