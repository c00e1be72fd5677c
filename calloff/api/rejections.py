"""The response to a request that the API does not process."""


class ApiRejection(Exception):
    """Raised to reject a request before its parameters are parsed.

    It contains the status, a sentence and the headers of the response.
    """

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
