"""A tool with an optional argument: its types and its docstring tell the model how to call it."""

from collections import Counter

from lwe.core.tool import Tool


class WordStatistics(Tool):
    """Counts words, which models do badly by themselves."""

    def __call__(self, text: str, most_common: int = 5) -> dict[str, object]:
        """Count the words of a text and name the most common ones.

        :param text: The text to count in.
        :type text: str
        :param most_common: How many words to name.
        :type most_common: int, optional
        :return: The number of words, of different words, and the most common ones.
        :rtype: dict
        """
        words = [word.strip(".,;:!?()\"'").lower() for word in text.split()]
        counts = Counter(filter(None, words))
        return {
            "words": counts.total(),
            "different_words": len(counts),
            "most_common": dict(counts.most_common(max(most_common, 0))),
        }
