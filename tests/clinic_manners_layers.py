"""Ways of writing a network in layers: objects with forward and backward, and a layer of batch normalisation."""

from dataclasses import replace

from clinic_manners import Line, Pass, Shape, sheet, top, word


def layer_objects(net, ink, words, rng):
    """Layers with forward(x) and backward(grad, rate), which update at once, or keep dW and db."""
    net = ink.net = replace(net, dropout=False, penalty=False)
    stores, ink.upward, ink.divides = bool(rng.random() < 0.5), False, "delta"
    ink.slopes = "z" if ink.slopes == "a" else ink.slopes
    gW, gb, rate = ("self.dW", "self.db", "") if stores else ("step_W", "step_b", ", rate")
    count = [Line(f"m = {ink.examples('out')}", "m")] if net.layout != "one" else []
    updates = [] if stores else [Line(f"self.W -= rate * {gW}", "update"), *([Line(f"self.b -= rate * {gb}", "update")] if net.bias else [])]
    lines = sheet(
        f"""
        @top
        class Dense:
            def __init__(self, W{", b" if net.bias else ""}):
                self.W{", self.b = W, b" if net.bias else " = W"}

            def forward(self, x):
                self.x = x
                return {ink.affine("self.W", "x", "self.b")}

            def backward(self, grad{rate}):
                {gW} = {ink.weight_gradient("self.x", "grad")}  #: gW
                @bias
                below = {ink.down("grad", "self.W")}  #: down
                @updates
                return below  #: return


        class Activation:
            def forward(self, x):
                self.z = x
                return {ink.activation("x")}

            def backward(self, grad{rate}):
                return grad * {ink.slope("self.z", "self.a")}  #: delta


        class Loss:
            def value(self, x, y):
                self.out, self.y = {ink.output("x")}, y
                out = self.out
                @count
                return {ink.loss("out", "y", "m")}

            def slope(self):
                out, y = self.out, self.y
                @count
                return {ink.error("out", "y", "m")}  #: top


        class Network:
            def __init__(self, layers, end):
                self.layers, self.end = layers, end

            def loss(self, x, y):
                for layer in self.layers:
                    x = layer.forward(x)
                return self.end.value(x, y)

            def backward(self{rate}):
                grad = self.end.slope()
                for layer in reversed(self.layers):
                    grad = layer.backward(grad{rate})
        """, top=top(ink), bias=[Line(f"{gb} = {ink.bias_gradient('grad')}", "gb")] if net.bias else [], updates=updates, count=count,
    )  # fmt: skip
    drawn, layers = net.drawn(ink.flat), range(net.layers)
    dense = [f"Dense({', '.join(drawn[kind, l + 1] for kind in ('Wb' if net.bias else 'W'))})" for l in layers]
    setup = (*net.data("x", "y"), f"net = Network([{', Activation(), '.join(dense)}], Loss())")
    names = {f"layers[{2 * l}].{kind}": f"net.layers[{2 * l}].{kind}" for l in layers for kind in ("Wb" if net.bias else "W")}
    if stores:
        grads = "(net.loss(x, y), net.backward())[1]"
        got = {name: f"{expression[:-1]}d{expression[-1]}" for name, expression in names.items()}
        call, more = f"check(net, lambda: net.loss(x, y), lambda: {grads})", {"grads": grads, "got": got}
    else:
        step = "(net.loss(x, y), net.backward(0.1))"
        call, more = f"check(net, lambda: net.loss(x, y), step=lambda: {step}, rate=0.1)", {"step": step}
    return Shape("layer objects, stored" if stores else "layer objects, update", net, tuple(lines), setup, names, "net.loss(x, y)", call, **more)


def normed(net, ink, words, rng):
    """Rows, two layers, batch normalisation below the hidden activation, in one function."""
    sizes = (net.sizes[0], net.sizes[1], net.sizes[-1])
    net = ink.net = replace(net, layout="rows", sizes=sizes, penalty=False, dropout=False, bias=True)
    ink.flat, ink.upward, ink.divides, X, y = True, False, "delta", words["X"], words["y"]
    z1, a1, d1, gW1, gb1, z2, a2, d2, gW2, gb2 = (word(words, kind, l) for l in (1, 2) for kind in ("z", "a", "d", "gW", "gb"))
    W1, b1, W2, b2 = (f'p["{word(words, kind, l)}"]' for l in (1, 2) for kind in "Wb")
    body, drawn = Pass(ink, None, y, words["m"]), net.drawn(True)
    names = {word(words, *key): word(words, "g" + key[0], key[1]) for key in drawn} | {"gamma": "dgamma", "shift": "dshift"}
    lines = sheet(
        f"""
        @top
        def step({X}, {y}, p):
            @count
            {z1} = {ink.affine(W1, X, b1)}
            spread = np.sqrt({z1}.var(axis=0) + 1e-5)
            hat = ({z1} - {z1}.mean(axis=0)) / spread
            bn = p["gamma"] * hat + p["shift"]
            {a1} = {ink.activation("bn")}
            {z2} = {ink.affine(W2, a1, b2)}
            {a2} = {ink.output(z2)}
            loss = {ink.loss(a2, y, body.m)}
            {d2} = {ink.error(a2, y, body.m)}  #: top
            {gW2} = {ink.weight_gradient(a1, d2)}  #: gW
            {gb2} = {ink.bias_gradient(d2)}  #: gb
            dbn = ({ink.down(d2, W2)}) * {ink.slope("bn", a1)}  #: delta
            dgamma = (dbn * hat).sum(axis=0)  #: gb
            dshift = dbn.sum(axis=0)  #: gb
            dhat = dbn * p["gamma"]  #: norm
            {d1} = (dhat - dhat.mean(axis=0) - hat * (dhat * hat).mean(axis=0)) / spread  #: norm
            {gW1} = {ink.weight_gradient(X, d1)}  #: gW
            {gb1} = {ink.bias_gradient(d1)}  #: gb
            return loss, dict({", ".join(f"{n}={g}" for n, g in names.items())})  #: return
        """, top=top(ink), count=body.count(X),
    )  # fmt: skip
    entries = [f'"{word(words, *key)}": {text}' for key, text in drawn.items()]
    entries += [f'"gamma": 0.5 + r.random({net.sizes[1]})', f'"shift": r.normal(size={net.sizes[1]}) * 0.3']
    value, setup = f"step({X}, {y}, p)", (*net.data(X, y), f"p = {{{', '.join(entries)}}}")
    return Shape(
        "batch norm", net, tuple(lines), setup, {n: f'p["{n}"]' for n in names}, f"{value}[0]", f"check(p, lambda: {value}[0], lambda: {value}[1])",
        grads=f"{value}[1]", got={n: f'g["{n}"]' for n in names},
    )  # fmt: skip
