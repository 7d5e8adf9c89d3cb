"""Ways of writing a network in loops and objects: classes that update themselves, lists of weights, layer objects, momentum, batch norm."""

from dataclasses import replace

from clinic_manners import Line, Pass, Shape, sheet, top, word

CLASSES = {"W": "Net", "w": "NeuralNetwork", "t": "Model", "p": "Rede", "h": "Kitchen"}


def updating_class(net, ink, words, rng):
    """A class with an attribute for each parameter; learn(X, y, rate) updates in place, with momentum or without."""
    momentum, X, y, rate = bool(rng.random() < 0.3), words["X"], words["y"], ink.rate_name
    kept = ("W", "b", "z", "a", "mask")

    def name(kind, l):
        return f"self.{word(words, kind, l)}" if kind in kept and (kind, l) != ("a", 0) else word(words, kind, l)

    body, drawn = Pass(ink, name, y, words["m"]), net.drawn(ink.flat)
    plain, updates = {key: word(words, *key) for key in body.keys}, body.updates(rate)
    init = [f"self.{plain[key]} = {drawn[key]}" for key in body.keys]
    if momentum:
        init, updates = init + [f"self.v_{n} = 0" for n in plain.values()], []
        for (kind, l), n in plain.items():
            step = f"{'+' if ink.upward else '-'} {rate} * {word(words, 'g' + kind, l)}"
            updates += [Line(f"self.v_{n} = momentum * self.v_{n} {step}", "velocity"), Line(f"self.{n} = self.{n} + self.v_{n}", "update")]
    its = CLASSES.get(words["W"][0], "Network")
    lines = sheet(
        f"""
        @top
        class {its}:
            def __init__(self, r):
                @init

            def predict(self, {X}):
                @forward
                return self.{word(words, "a", net.layers)}

            def error(self, {X}, {y}):
                self.predict({X})
                @count
                return {body.cost()}

            def learn(self, {X}, {y}, {rate}{", momentum" if momentum else ""}):
                self.predict({X})
                @count
                @backward
                @updates
        """, top=top(ink), init=map(Line, init), forward=body.forward(), count=body.count(X), backward=body.backward(), updates=updates,
    )  # fmt: skip
    step, loss = f"net.learn({X}, {y}, 0.1{', 0.9' if momentum else ''})", f"net.error({X}, {y})"
    return Shape(
        "class, momentum" if momentum else "class", net, tuple(lines), (*net.data(X, y), f"net = {its}(r)"), {n: f"net.{n}" for n in plain.values()},
        loss, f"check(net, lambda: {loss}, step=lambda: {step}, rate=0.1)", step=step,
    )  # fmt: skip


# --- loops over the layers ----------------------------------------------------------------------------------------------


class Chain:
    """The statements of a network in loops over lists: weights, biases, zs, acts."""

    def __init__(self, ink, W, b, zs, acts):
        self.ink, self.net, self.W, self.b, self.zs, self.acts = ink, ink.net, W, b, zs, acts
        self.gradient = ink.decayed(ink.over(ink.weight_gradient(f"{acts}[k]", "d"), "m"), f"{W}[k]")
        self.bias_gradient = ink.over(ink.bias_gradient("d"), "m")
        self.down = f"({ink.down('d', f'{W}[k]')}) * {ink.slope(f'{zs}[k - 1]', f'{acts}[k]')}"
        self.top = ink.error(f"{acts}[-1]", "t", "m")

    def forward(self):
        ink, zs, acts = self.ink, self.zs, self.acts
        return sheet(f"""
            {acts}, {zs} = [x], []
            for k, {f"(V, u) in enumerate(zip({self.W}, {self.b}))" if self.net.bias else f"V in enumerate({self.W})"}:
                {zs}.append({ink.affine("V", f"{acts}[-1]", "u")})
                {acts}.append({ink.output(f"{zs}[-1]")} if k == len({self.W}) - 1 else {ink.activation(f"{zs}[-1]")})
            """)

    def cost(self):
        text = self.ink.loss(f"{self.acts}[-1]", "t", "m", ["V"])
        return text.replace("(np.sum(V ** 2))", f"sum(np.sum(V ** 2) for V in {self.W})")

    def count(self):
        return [Line(f"m = {self.ink.examples('x')}", "m")] if self.net.layout != "one" else []

    def of_biases(self, *lines):
        return [Line(*line) for line in lines] if self.net.bias else []

    def drawn(self):
        """The text of the lists of weights and of biases."""
        drawn = self.net.drawn(self.ink.flat)
        return [f"[{', '.join(drawn[kind, l] for l in range(1, self.net.layers + 1))}]" for kind in ("Wb" if self.net.bias else "W")]


LISTS = (
    ("self.weights", "self.biases", "self.zs", "self.acts"),
    ("self.Ws", "self.bs", "self.pre", "self.post"),
    ("self.pesos", "self.vieses", "self.somas", "self.saidas"),
)


def listed(net, ink, words, rng):
    """A class with lists of weights and biases and a loop backwards; returns lists, or updates."""
    net, updates = replace(net, dropout=False), bool(rng.random() < 0.5)
    ink.net, ink.upward = net, ink.upward and updates
    lists, layers = LISTS[rng.integers(3)], net.layers
    chain, (W, b) = Chain(ink, *lists), lists[:2]
    loop = ("for k in reversed(range(len({W}))):", "for k in range(len({W}) - 1, -1, -1):")[rng.integers(2)].format(W=W)
    drawn, sign = chain.drawn(), "+" if ink.upward else "-"
    ends = [Line(f"return gW{', gb' if net.bias else ''}", "return")]
    if updates:
        ends = [Line(f"for k in range(len({W})):", "loop"), Line(f"    {W}[k] {sign}= rate * gW[k]", "update")]
        ends += chain.of_biases((f"    {b}[k] {sign}= rate * gb[k]", "update"))
    lines = sheet(
        f"""
        @top
        class Net:
            def __init__(self, r):
                {W} = {drawn[0]}
                @biases

            def forward(self, x):
                @forward
                return {chain.acts}[-1]

            def cost(self, x, t):
                self.forward(x)
                @count
                return {chain.cost()}

            def backward(self, x, t{", rate" if updates else ""}):
                self.forward(x)
                @count
                gW = [None] * len({W})
                @zeros
                d = {chain.top}  #: top
                {loop}  #: loop
                    gW[k] = {chain.gradient}  #: gW
                    @bias
                    if k > 0:  #: if
                        d = {chain.down}  #: delta
                @ends
        """, top=top(ink), biases=chain.of_biases((f"{b} = {drawn[-1]}",)), forward=chain.forward(), count=chain.count(),
        zeros=chain.of_biases((f"gb = [None] * len({W})",)), bias=chain.of_biases((f"gb[k] = {chain.bias_gradient}", "gb")), ends=ends,
    )  # fmt: skip
    names = {f"{own[5:]}[{l}]": f"net.{own[5:]}[{l}]" for own in lists[: 1 + net.bias] for l in range(layers)}
    if updates:
        call, more = "check(net, lambda: net.cost(x, t), step=lambda: net.backward(x, t, 0.1), rate=0.1)", {"step": "net.backward(x, t, 0.1)"}
    else:
        model = f"[net.{W[5:]}, net.{b[5:]}]" if net.bias else f"net.{W[5:]}"
        got = {f"[{i}][{l}]": f"g[{i}][{l}]" for i in range(2) for l in range(layers)} if net.bias else {f"[{l}]": f"g[{l}]" for l in range(layers)}
        names = dict(zip(got, names.values(), strict=True))
        call, more = f"check({model}, lambda: net.cost(x, t), lambda: net.backward(x, t))", {"grads": "net.backward(x, t)", "got": got}
    manner = "class of lists, updates" if updates else "class of lists"
    return Shape(manner, net, tuple(lines), (*net.data("x", "t"), "net = Net(r)"), names, "net.cost(x, t)", call, **more)


def accumulated(net, ink, words, rng):
    """One example at a time: gradients summed over the examples in lists."""
    net = ink.net = replace(net, layout="one", penalty=False, dropout=False)
    ink.flat, ink.divides, ink.upward = True, "delta", False
    chain, args = Chain(ink, "Ws", "bs", "zs", "acts"), "Ws, bs" if net.bias else "Ws"
    lines = sheet(
        f"""
        @top
        def mean_loss(xs, ts, {args}):
            total = 0
            for x, t in zip(xs, ts):
                @forward
                total += {chain.cost()}
            return total / len(xs)


        def nablas(xs, ts, {args}):
            gW = [np.zeros_like(V) for V in Ws]
            @zeros
            for x, t in zip(xs, ts):
                @forward
                d = {chain.top}  #: top
                for k in range(len(Ws) - 1, -1, -1):  #: loop
                    gW[k] += {chain.gradient}  #: gather
                    @bias
                    if k > 0:  #: if
                        d = {chain.down}  #: delta
            gW = [V / len(xs) for V in gW]  #: mean
            @means
            return gW{", gb" if net.bias else ""}  #: return
        """, top=top(ink), forward=chain.forward(), zeros=chain.of_biases(("gb = [np.zeros_like(u) for u in bs]",)),
        bias=chain.of_biases((f"gb[k] += {chain.bias_gradient}", "gather")), means=chain.of_biases(("gb = [u / len(xs) for u in gb]", "mean")),
    )  # fmt: skip
    n, drawn = net.layers, chain.drawn()
    setup = (*net.data("xs", "ts", one=False), f"Ws = {drawn[0]}", *([f"bs = {drawn[1]}"] if net.bias else []))
    names = {f"[{l}]": f"Ws[{l}]" for l in range(n)}
    if net.bias:
        names = {f"[{i}][{l}]": f"{s}[{l}]" for i, s in enumerate(("Ws", "bs")) for l in range(n)}
    loss, grad = f"mean_loss(xs, ts, {args})", f"nablas(xs, ts, {args})"
    call = f"check({'[Ws, bs]' if net.bias else 'Ws'}, lambda: {loss}, lambda: {grad})"
    return Shape("one at a time", net, tuple(lines), setup, names, loss, call, grads=grad, got={name: "g" + name for name in names})


def keyed(net, ink, words, rng):
    """Functions in loops over the layers, with keys made of a letter and the layer's number."""
    net = ink.net = replace(net, dropout=False)
    ink.upward, X, y, bias = False, words["X"], words["y"], net.bias
    spelled = rng.random() < 0.5

    def key(kind, i):
        return f'f"{kind}{{{i}}}"' if spelled else f'"{kind}" + str({i})'

    W, b, Z, A = (lambda i, of=of, kind=kind: f"{of}[{key(kind, i)}]" for of, kind in (("p", "W"), ("p", "b"), ("c", "Z"), ("c", "A")))
    cost = ink.loss(A("L"), y, "m", ["V"])
    cost = cost.replace("(np.sum(V ** 2))", 'sum(np.sum(V ** 2) for name, V in p.items() if name[0] == "W")')
    layers = f"L = {'len(p) // 2' if bias else 'len(p)'}"
    lines = sheet(
        f"""
        @top
        def model_forward({X}, p):
            c = {{"A0": {X}}}
            {layers}
            for l in range(1, L + 1):
                {Z("l")} = {ink.affine(W("l"), A("l - 1"), b("l"))}
                {A("l")} = {ink.output(Z("l"))} if l == L else {ink.activation(Z("l"))}
            return c


        def compute_cost({X}, {y}, p):
            c = model_forward({X}, p)
            @count
            {layers}
            return {cost}


        def model_backward({X}, {y}, p, c):
            @count
            {layers}
            g = {{}}
            dZ = {ink.error(A("L"), y, "m")}  #: top
            for l in range(L, 0, -1):  #: loop
                g[{key("dW", "l")}] = {ink.decayed(ink.over(ink.weight_gradient(A("l - 1"), "dZ"), "m"), W("l"))}  #: gW
                @bias
                if l > 1:  #: if
                    dA = {ink.down("dZ", W("l"))}  #: down
                    dZ = dA * {ink.slope(Z("l - 1"), A("l - 1"))}  #: delta
            return g  #: return
        """, top=top(ink), count=[Line(f"m = {ink.examples(X)}", "m")] if net.layout != "one" else [],
        bias=[Line(f"g[{key('db', 'l')}] = {ink.over(ink.bias_gradient('dZ'), 'm')}", "gb")] if bias else [],
    )  # fmt: skip
    drawn, keys = net.drawn(ink.flat), [(kind, l) for l in range(1, net.layers + 1) for kind in ("Wb" if bias else "W")]
    loss, grad = f"compute_cost({X}, {y}, p)", f"model_backward({X}, {y}, p, model_forward({X}, p))"
    setup = (*net.data(X, y), "p = {" + ", ".join(f'"{kind}{l}": {drawn[kind, l]}' for kind, l in keys) + "}")
    return Shape(
        "dicts, looped", net, tuple(lines), setup, {f"{kind}{l}": f'p["{kind}{l}"]' for kind, l in keys}, loss,
        f"check(p, lambda: {loss}, lambda: {grad})", grads=grad, got={f"{kind}{l}": f'g["d{kind}{l}"]' for kind, l in keys},
    )  # fmt: skip
