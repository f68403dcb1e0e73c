"""What becomes of accepted mail: judged, actions carried out, handed on or kept."""
