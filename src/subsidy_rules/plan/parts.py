"""Who pays which part of an award, and when."""

from __future__ import annotations

from collections.abc import Sequence

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Desk, Loc, Table
from subsidy_rules.plan.compiling import Compiling
from subsidy_rules.plan.model import InstalmentPlan, InstalmentsPlan, PayerPlan
from subsidy_rules.policy.model import Clause, Payer
from subsidy_rules.values.quantity import ZERO


class Parts(Compiling):
    """Reads payers and instalments."""

    def _payers(self, clause: Clause, desk: Desk, loc: Loc, listed: list[op.Truth]) -> tuple[PayerPlan, ...]:
        self._one_rest("payers", [payer.amount for payer in clause.payers], loc)
        return tuple(
            self._payer(payer, desk, (*loc, "payers", place), listed) for place, payer in enumerate(clause.payers)
        )

    def _part(self, given: str | Table, desk: Desk, loc: Loc, type_: str, listed: list[op.Truth]) -> op.Value:
        """Read a figure or a table; that the table has a row is required of the award, as it is of its steps."""
        value, truths = desk.figure_or_table(given, loc, type_)
        listed += truths
        return value

    def _payer(self, payer: Payer, desk: Desk, loc: Loc, listed: list[op.Truth]) -> PayerPlan:
        if (payer.amount is None) == (payer.share is None) or (payer.cap is not None and payer.share is None):
            self._say(
                loc,
                "bad-clause",
                f"'{payer.name}' pays an 'amount' or a 'share', and only a share has a cap",
                f"“{payer.name}”须恰写amount或share之一，只有share可以有cap",
                "write the amount that an authority fixes, 'amount: rest', or 'share: 60%' with its cap",
                "写由有权机关确定的amount、amount: rest，或share: 60%及其cap",
            )
        tables: list[op.Truth] = []
        share = None if payer.share is None else self._part(payer.share, desk, (*loc, "share"), "ratio", tables)
        cap = None if payer.cap is None else self._part(payer.cap, desk, (*loc, "cap"), "money", tables)
        given = payer.amount is not None and payer.amount != "rest"
        amount = desk.value(payer.amount or "", (*loc, "amount")) if given else None
        if payer.when is None:
            listed += tables
            return PayerPlan(payer.name, amount, share, cap)
        if payer.amount == "rest":
            what, what_zh = f"'{payer.name}' pays the rest, whatever holds", f"“{payer.name}”承担其余部分，不能有条件"
            remedy = "write 'when' beside the parts of the others: what they do not pay is the rest"
            remedy_zh = "把when写在其他承担方旁：其不承担的即为其余部分"
            self._say((*loc, "when"), "bad-clause", what, what_zh, remedy, remedy_zh)
        pays = desk.condition(payer.when, (*loc, "when"))
        listed += [op.IfTruth(pays, truth, op.ALWAYS) for truth in tables]
        return PayerPlan(payer.name, _if(pays, amount, desk), _if(pays, share, desk), cap)

    def _instalments(self, clause: Clause, desk: Desk, loc: Loc, listed: list[op.Truth]) -> InstalmentsPlan | None:
        if clause.instalments is None:
            return None
        at = (*loc, "instalments")
        self._one_rest("instalments", [one.share for one in clause.instalments.parts], loc)
        parts = []
        for place, one in enumerate(clause.instalments.parts):
            where = (*at, "parts", place)
            rest = one.share == "rest"
            share = None if rest else self._part(one.share, desk, (*where, "share"), "ratio", listed)
            parts.append(InstalmentPlan(one.name, share, desk.condition(one.when, (*where, "when")), one.quote))
        paid = clause.instalments.paid
        return InstalmentsPlan(tuple(parts), None if paid is None else desk.value(paid, (*at, "paid")))

    def _one_rest(self, key: str, parts: Sequence[object], loc: Loc) -> None:
        """Refuse parts of which not exactly one is the rest: only then do they add up."""
        rests = parts.count("rest")
        if parts and rests != 1:
            self._say(
                (*loc, key),
                "bad-clause",
                f"{rests} of the {key} are the rest",
                f"{key}中有{rests}项为其余部分（rest）",
                "write 'rest' for exactly one of them, so that the parts add up to the award",
                "恰为其中一项写rest，使各部分之和等于奖补",
            )


def _if(holds: op.Truth, part: op.Value | None, desk: Desk) -> op.Value | None:
    """Return what somebody pays where it holds, and nothing where it does not."""
    return None if part is None else op.Choose(((holds, part),), desk.number(ZERO, part.type), part.type)
