"""The seed's import path of `Orm`, `Manager` and the rows."""

from lwe.faces.orm import Conversation as Conversation
from lwe.faces.orm import Manager as Manager
from lwe.faces.orm import Message as Message
from lwe.faces.orm import Orm as Orm
from lwe.faces.orm import User as User

__all__ = ["Conversation", "Manager", "Message", "Orm", "User"]
