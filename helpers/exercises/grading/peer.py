"""One end of the line between grader and worker: asks, and answers what the other end asks meanwhile."""

from helpers.exercises.grading.wire import Wire, put_back


class Nonsense(Exception):
    """The other end says what cannot be an answer."""


class Peer:
    """Both ends are alike; what each can be asked for is in its `duties`.

    Parameters
    ----------
    receive : function () -> dict
    send : function (dict)
    duties : dict of function
        By name; each takes the message as named arguments and returns what JSON can hold.
    caught : class
        Which exceptions of a duty are an answer; the others end this end of the line.
    """

    def __init__(self, receive, send, duties, caught=Exception):
        self.receive, self.send, self.duties, self.caught = receive, send, duties, caught
        self.wire = Wire(self.call)
        self.asked = 0

    def ask(self, do, **what):
        """What the other end answers; raises the exception that it raises."""
        self.asked += 1
        mine = self.asked
        self.send({"ask": mine, "do": do, **what})
        while True:
            message = self.receive()
            if "ask" in message:
                self.serve(message)
            elif message.get("answer") != mine:
                raise Nonsense("sent nonsense")
            elif "raised" in message:
                raise self._error(message["raised"])
            else:
                return message.get("value")

    def _error(self, told):
        try:
            return self.wire.read_error(told)
        except Exception:
            raise Nonsense("sent nonsense") from None

    def serve(self, message):
        """Answer one question of the other end."""
        question = message.pop("ask")
        try:
            answer = {"value": self.duties[message.pop("do")](**message)}
        except Nonsense:
            raise
        except self.caught as error:
            answer = {"raised": self.wire.write_error(error, getattr(error, "of_function", None))}
        self.send({"answer": question, **answer})

    def call(self, number, arguments, named):
        """Call a function of the other end, and let it change the arguments in place."""
        written = self.wire.write([list(arguments), named])
        told = self.ask("call", f=number, arguments=written)
        result, after = self.wire.read(told["result"]), self.wire.read(told["after"])
        put_back(list(arguments), after)
        return result
