"""Attackers that pick whole groups of labels, whose labels then change at no cost.

Such an attacker is a choice among others, one for each set of groups. Engines and the planner never
meet the choice (`labelcert.engines.task` refuses it), so none of them can overlook it: this room
decides it where models are linear, and else hands each of the attackers to the planner.
"""
