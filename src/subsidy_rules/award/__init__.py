"""From a plan and a case to an entitlement: evaluate each award, complete what is unknown, cumulate, report."""
