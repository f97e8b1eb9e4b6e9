"""From scores and membership to estimates, p-values and bounds: pure functions, values in, values out.

Everything counts *units*: people where entities are declared, else rows. A function that takes ``entity`` accepts
rows and is right by cluster; every other one wants one score per unit (:func:`units.entity_scores`).
"""
