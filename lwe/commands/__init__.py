"""The slash commands: one table, for the screen, the command line and the documentation."""

from lwe.commands.command import Action as Action
from lwe.commands.command import Candidate as Candidate
from lwe.commands.command import Command as Command
from lwe.commands.command import UsageError as UsageError
from lwe.commands.outcome import Outcome as Outcome
from lwe.commands.registry import Commands as Commands
from lwe.commands.registry import Completion as Completion
from lwe.commands.registry import Parsed as Parsed
