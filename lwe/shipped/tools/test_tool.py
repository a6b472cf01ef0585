"""A tool for trying tools out: it says a word several times."""

from lwe.core.tool import Tool


class TestTool(Tool):
    """Says a word several times."""

    __test__ = False

    def __call__(self, word: str, repeats: int, enclose_with: str = "") -> dict[str, str]:
        """Repeat a word a number of times, separated by spaces.

        :param word: The word to say.
        :type word: str
        :param repeats: How many times it is said.
        :type repeats: int
        :param enclose_with: Text to put before and after the result.
        :type enclose_with: str, optional
        :return: The repeated word, and a sentence about it.
        :rtype: dict
        """
        said = " ".join([word] * repeats)
        return {
            "result": f"{enclose_with}{said}{enclose_with}",
            "message": f"Repeated the word {word} {repeats} times.",
        }
