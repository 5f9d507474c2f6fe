"""The functions of a script: forward, loss, backward, update, and predict where predictions differ."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from chainrule.export.lines import cut
from chainrule.export.reads import RESERVED, Reads
from chainrule.export.variables import variables
from chainrule.expressions import nodes
from chainrule.notation import lines
from chainrule.program.program import Quantity


def definitions(quantities: Iterable[Quantity]) -> list[str]:
    """The functions of ours that the rules call, in full."""
    rows = {node.op for quantity in quantities for node in nodes(quantity.rule)}
    sources = sorted(inspect.getsource(row.source) for row in rows if row.source is not None)
    return [source.replace("  # fmt: skip", "").rstrip() for source in sources]


def write_forward(reads: Reads) -> str:
    """From the input to the output."""
    return "\n".join(
        [
            f"def forward({reads.data}, {', '.join(reads.beside_data())}):",
            f'    """From the input to the output {reads.names[reads.program.output]}; returns what later lines read, '
            'too."""',
            *reads.unpacked(reads.parameters(reads.forward)),
            *reads.unpacked(list(reads.buffers), "buffers"),
            *reads.unpacked(list(reads.program.noise), "noise"),
            *reads.sizes(reads.forward, reads.data),
            *reads.lines(reads.forward),
            cut(f"    return {', '.join(reads.from_forward())}"),
        ]
    )


def write_loss(reads: Reads) -> str:
    """The loss."""
    given = reads.parameters(reads.loss)
    scaled = "" if reads.program.target == "y" else ", of targets that are scaled first"
    return "\n".join(
        [
            cut(f"def loss({reads.target}, {', '.join(reads.by_loss())}):"),
            f'    """The loss, a mean over the samples{", and the penalty" if given else ""}{scaled}."""',
            *reads.unpacked(given),
            *reads.sizes(reads.loss, reads.target),
            *reads.lines(reads.loss),
            f"    return {', '.join(reads.from_loss())}",
        ]
    )


def write_backward(reads: Reads) -> str:
    """The gradients."""
    return "\n".join(
        [
            cut(f"def backward(y, parameters, {', '.join(reads.by_backward())}):"),
            '    """The gradient of the loss by every parameter that is trained."""',
            *reads.unpacked(reads.parameters(reads.backward)),
            *reads.sizes(reads.backward),
            *reads.lines(reads.backward),
            cut(f"    return {{{reads.items(reads.program.gradients)}}}"),
        ]
    )


def write_predict(reads: Reads) -> str:
    """The output, where layers do otherwise in predictions."""
    program = reads.network.program(targets=False)
    needed = program.needed([program.output])
    buffers = [name for name in reads.of(needed) if name in reads.network.buffers]
    return "\n".join(
        [
            f"def predict({reads.data}, parameters):",
            '    """The output as it is for predictions; the parameters are those that train returns."""',
            *reads.unpacked([*reads.parameters(needed), *buffers]),
            *reads.lines(needed),
            f"    return {reads.names[program.output]}",
        ]
    )


def write_update(reads: Reads) -> str:
    """The update of all parameters: the lines of the first one, in a loop."""
    variable, written = _update_lines(reads)
    step = ", t" if reads.counts_steps() else ""
    states = reads.optimizer.state
    given = f"parameters, gradients{', state' if states else ''}{step}"
    end = "," if len(states) == 1 else ""
    body = [
        f"def update({given}):",
        '    """Move every parameter against its gradient."""',
        *reads.lines(reads.shared()),
        "    for name, dw in gradients.items():",
        "        w = parameters[name]",
    ]
    if states:
        body.append(f"        {', '.join(variable[of] for of in states)}{end} = state[name]")
    body += [f"        {cut(line, 8)}" for line in written]
    body.append(f"        parameters[name] = {variable.get('w_new', 'w_new')}")
    if states:
        new = ", ".join(variable[f"{of}_new"] for of in states)
        body.append(f"        state[name] = ({new}{end})")
    return "\n".join(body)


def _update_lines(reads: Reads) -> tuple[dict[str, str], list[str]]:
    """The variable of each of an optimizer's own names, and its lines for a parameter `w`."""
    program, first = reads.program, reads.trained[0] if reads.trained else ""
    quantities = program.update_of(first)
    local = {first: "w", program.gradients.get(first, ""): "dw"}
    local |= {name: of for name, (of, parameter) in program.state.items() if parameter == first}
    local |= {q.name: q.local for q in quantities}
    outside = {reads.names[name] for name in reads.of([*reads.shared(), *quantities]) if name not in local}
    variable = variables(local.values(), (RESERVED - {"w", "dw"}) | outside)
    names = reads.names | {name: variable[of] for name, of in local.items()}
    taken = {*RESERVED, *names.values()}
    found = [
        line
        for q in quantities
        for line in lines(names[q.name], q.rule, lambda name: names[name], taken=taken)
    ]
    return variable, found
