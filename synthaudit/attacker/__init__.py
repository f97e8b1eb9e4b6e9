"""What the adversary holds: the candidates, and a view of the release without labels."""
