"""Ways of writing a network in a file from top to bottom: straight, or with loops over epochs, batches, examples."""

from dataclasses import replace

from clinic_manners import Line, Pass, Shape, top, word

LOOPS = {
    "straight": "# forward",
    "epochs": "for epoch in range(epochs):",
    "examples": "for epoch in range(epochs):\n    for {x}, {t} in zip({X}, {y}):",
    "batches": "for epoch in range(epochs):\n    for start in range(0, stop, batch):\n"
    "        cut = slice(start, start + batch)\n        {x}, {t} = {X}[cut], {y}[cut]",
}
ONCE = {"straight": "", "epochs": "epochs = 1", "examples": "epochs, {X}, {y} = 1, {X}[:1], {y}[:1]", "batches": "epochs, stop = 1, 3"}


def script(net, ink, words, rng):
    """A file from top to bottom: straight, or with a loop over epochs, batches or examples."""
    kind = list(LOOPS)[rng.integers(4)]
    if kind in ("batches", "examples"):
        net = ink.net = replace(net, layout="rows", penalty=False)
    data = net
    if kind == "examples":
        net = ink.net = replace(net, layout="one")
        ink.flat, ink.divides, data = True, "delta", replace(net, layout="rows")
    X, y = words["X"], words["y"]
    x, t = (f"{X}_{kind[0]}", f"{y}_{kind[0]}") if kind in ("batches", "examples") else (X, y)
    body = Pass(ink, lambda what, l: x if (what, l) == ("a", 0) else word(words, what, l), t, words["m"])
    drawn, names = net.drawn(ink.flat), [word(words, *key) for key in body.keys]
    settings = [f"r = np.random.default_rng({rng.integers(100)})", *data.data(X, y)]
    settings += [f"{name} = {drawn[key]}" for name, key in zip(names, body.keys, strict=True)] + [f"{ink.rate_name} = 0.1", "epochs = 20"]
    settings += [f"batch, stop = 3, {net.m - net.m % 3}"] if kind == "batches" else []
    loop = LOOPS[kind].format(X=X, y=y, x=x, t=t).split("\n")
    depth = {"straight": 0, "epochs": 1}.get(kind, 2)
    updates = kind != "straight" or rng.random() < 0.6
    ink.upward = ink.upward and updates
    inner = [*body.count(x), *body.forward(), Line(f"loss = {body.cost()}"), *body.backward()] + updates * body.updates(ink.rate_name)
    lines = [*top(ink), *map(Line, [*settings, "", *loop]), *(Line("    " * depth + line.text, line.role) for line in inner)]
    lines += map(Line, ["    if epoch % 10 == 0:", "        print(epoch, loss)"] if depth else ["print(loss)"])
    if not updates:
        got = {name: word(words, "g" + what, l) for name, (what, l) in zip(names, body.keys, strict=True)}
        call = f'check_script(path, "loss", grads=dict({", ".join(f"{name}={own!r}" for name, own in got.items())}))'
        return Shape("script, no update", net, tuple(lines), (), {n: n for n in names}, "loss", call, grads="script", got=got, marker=loop[0])
    return Shape(
        f"script, {kind}", net, tuple(lines), (), {name: name for name in names}, "loss", f'check_script(path, "loss", rate="{ink.rate_name}")',
        step="script", marker=loop[0], once=ONCE[kind].format(X=X, y=y),
    )  # fmt: skip
