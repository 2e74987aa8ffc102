"""Expressions in Spark's SQL: Ibis' own, but for what must be exact to the last digit.

Ibis writes every whole number as an INT, which Spark multiplies as 32 bits; here each has its own width. `heltallsdeling` is Spark's
`div`, never `/`, which goes by doubles; `desimal` is a product of decimals.
"""

from __future__ import annotations

from typing import Any

import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

#: what a whole number ends with in Spark's SQL, by its bytes
_ENDINGS = {1: "Y", 2: "S", 4: "", 8: "L"}


class _Compiler(PySparkCompiler):  # type: ignore[misc]
    __slots__ = ()

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:
        if not dtype.is_signed_integer():
            return super().visit_NonNullLiteral(op, value=value, dtype=dtype)
        told = sge.Literal(this=f"{abs(value)}{_ENDINGS[dtype.nbytes]}", is_string=False)
        return sge.Neg(this=told) if value < 0 else told

    def visit_ScalarUDF(self, op: Any, **arguments: Any) -> Any:
        """Our own functions, which the embedded engine has as macros."""
        given = [sge.paren(one) for one in arguments.values()]
        match self.__sql_name__(op).strip("`"):
            case "heltallsdeling":
                return sge.paren(sge.IntDiv(this=given[0], expression=given[1]))
            case "desimal":
                return sge.paren(sge.Mul(this=given[0], expression=given[1]))
            case "som_heltall":
                return self.cast(given[0], op.dtype)
            case _:
                return super().visit_ScalarUDF(op, **arguments)

    def visit_WindowBoundary(self, op: Any, *, value: Any, preceding: bool) -> Any:
        """How many rows a window reaches is an INT to Spark, whatever width the number has."""
        if isinstance(op.value, ops.Literal):
            value = sge.convert(op.value.value)
        return super().visit_WindowBoundary(op, value=value, preceding=preceding)

    def visit_BitOr(self, op: Any, *, arg: Any, where: Any) -> Any:
        return self.agg.bit_or(arg, where=where)

    def visit_DateDelta(self, op: Any, *, part: Any, left: Any, right: Any) -> Any:
        """Days between dates, as dates: Spark's function of three arguments goes by points of time in some zone."""
        if str(part).strip("'").lower() != "day":
            return super().visit_DateDelta(op, part=part, left=left, right=right)
        return sge.Anonymous(this="datediff", expressions=[left, right])

    def visit_IntegerRange(self, op: Any, *, start: Any, stop: Any, step: Any) -> Any:
        """From `start` to before `stop`, one by one: Ibis' own works the row of numbers out several times over."""
        if str(step) not in ("1", "1Y"):
            return super().visit_IntegerRange(op, start=start, stop=stop, step=step)
        last = sge.Sub(this=sge.paren(stop), expression=sge.Literal(this="1L", is_string=False))
        return self.if_(
            sge.LT(this=sge.paren(start), expression=sge.paren(stop)), self.f.sequence(start, last), self.f.array()
        )


_COMPILER = _Compiler()


def spark_sql(expression: Any) -> str:
    """An expression as a query."""
    return str(_COMPILER.to_sqlglot(expression.unbind()).sql(dialect=_COMPILER.dialect))


def quoted(name: str) -> str:
    """A name of a table or a column, which may hold any sign."""
    return "`" + name.replace("`", "``") + "`"
