# What the reports of scripts/bench have in common.

def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;

def rounded($digits): if . == null then null else . * pow(10; $digits) | round / pow(10; $digits) end;

# The median of the ratios of the rounds; null without figures.
def ratio($figures; $one; $other):
    if $figures[$one] and $figures[$other]
    then [$figures[$one], $figures[$other]] | transpose | map(.[0] / .[1]) | median | rounded(3)
    else null end;
