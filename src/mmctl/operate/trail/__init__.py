"""Who changed what by hand: records of CloudTrail, matched to objects, rules and the history."""
