"""The smallest useful tool: one argument in, one result out."""

from lwe.core.tool import Tool


class ReverseContent(Tool):
    """Reverses a text, which models do badly by themselves."""

    def __call__(self, content: str) -> dict[str, str]:
        """Write a text backwards.

        :param content: The text to reverse.
        :type content: str
        :return: The reversed text, and a sentence about it.
        :rtype: dict
        """
        return {"result": content[::-1], "message": f"Reversed {len(content)} characters."}
