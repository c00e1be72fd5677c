"""The response to a request that the API does not process."""


class ApiRejection(Exception):
    """Raised to reject a request before its parameters are parsed.

    It has a status, a sentence and response headers.
    """

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
