"""Which of the statements that look like updates are those of the training: not data that is centred, not a rate that falls, not another loop's."""

from helpers.clinic.model.updates import calls


def sifted(updates, search):
    """Of places of updates those that belong to the training loop.

    What a later loop updates in passes was prepared before it; a name that the loss needs only through other updates, such as a rate
    or a velocity, is none of its parameters; of two loops that train, the one that gives the loss counts, else the first.
    """
    updates = _of_the_loss(updates, search)
    chains = {id(place): search.whole(place) for place in updates}
    updates = [place for place in updates if not any(_before(place, chains[id(place)], other, chains[id(other)], search) for other in updates)]
    firsts = list(dict.fromkeys(chains[id(place)][0] for place in updates if chains[id(place)]))
    if not firsts:
        return _after_the_loss(updates, search)
    if len(firsts) > 1 and all(chains[id(place)] for place in updates):
        holds = [loop for loop in firsts if any(loop in place.loops and search.names & search.bound(place.statement) for place in search.places)]
        chosen = (holds or firsts)[0]
        updates = [place for place in updates if chains[id(place)][0] is chosen]
    return updates


def _of_the_loss(updates, search):
    """Those of what the loss needs without going through other updates."""
    if search.results or not search.names:
        return updates
    needs = search.needs_of(search.names, {id(place.statement) for place in updates})
    kept = [place for place in updates if calls(place.statement, search.functions) or search.reached_by(place.statement) & needs]
    return kept or updates


def _before(place, chain, other, deeper, search):
    """Whether an update stands before a loop round another one, in what is round that loop."""
    depth = len(chain)
    return len(deeper) > depth and deeper[:depth] == chain and place.order < search.order(deeper[depth])


def _after_the_loss(updates, search):
    """Of a script without a training loop: those behind the place where the loss is first known."""
    first = min((place.order for place in search.places if search.names & search.bound(place.statement)), default=0)
    return [place for place in updates if place.order > first] or updates
