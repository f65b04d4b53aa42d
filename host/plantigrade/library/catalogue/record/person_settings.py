"""What a person has set."""

from plantigrade.library.catalogue.person_tables import PersonSettingsRow
from plantigrade.library.catalogue.record.access import RecordPart, Values, checked_text
from plantigrade.library.person.documents import as_document, from_document
from plantigrade.library.person.entries import Channel, PersonSettings
from plantigrade.library.person.settings import (
    LEAST_RAW_DAYS,
    LONGEST_ADDRESS,
    LONGEST_NAME,
    MOST_ALERTS_A_DAY,
    MOST_CHANNELS,
)


class SettingsPart(RecordPart[PersonSettings]):
    """Quiet hours, channels, retention and hints."""

    what = "settings"
    rows = PersonSettingsRow

    def get(self) -> PersonSettings:
        """What is set; the defaults where nothing is.

        Raises:
            LibraryError: what is stored cannot be read; setting it again mends that.
        """
        with self._access.reading(self.what) as session:
            stored, problems = self._list(session)
        if problems:
            raise self._access.problem(
                f"the settings cannot be read ({problems[0]}); set them again with "
                f"`plantigrade sessions person settings {self._access.code} --reset`"
            )
        return stored[0] if stored else PersonSettings()

    def set(self, settings: PersonSettings) -> None:
        """Store all settings.

        Raises:
            LibraryError: quiet hours with one end, too many alerts or channels, two channels of one name, or
                raw samples that would go before a deletion could be taken back.
        """
        self._check(settings)
        access = self._access
        with access.writing(self.what) as session:
            row = session.get(PersonSettingsRow, access.person_id)
            if row is None:
                session.add(PersonSettingsRow(person_id=access.person_id, document=as_document(settings)))
            else:
                row.document = as_document(settings)

    def _check(self, settings: PersonSettings) -> None:
        problem = ""
        names = [channel.name for channel in settings.channels]
        if (settings.quiet_from is None) != (settings.quiet_to is None):
            problem = "quiet hours have a beginning and an end"
        elif settings.quiet_from is not None and settings.quiet_from == settings.quiet_to:
            problem = "quiet hours begin and end at different times"
        elif not 0 <= settings.alerts_a_day <= MOST_ALERTS_A_DAY:
            problem = f"notifications go from 0 to {MOST_ALERTS_A_DAY} a day"
        elif len(names) > MOST_CHANNELS or len(set(names)) < len(names):
            problem = f"there are at most {MOST_CHANNELS} channels, each with a name of its own"
        elif settings.raw_days is not None and settings.raw_days < LEAST_RAW_DAYS:
            problem = f"raw samples stay for at least {LEAST_RAW_DAYS} days"
        if problem:
            raise self._access.problem(problem)
        for channel in settings.channels:
            self._check_channel(channel)

    def _check_channel(self, channel: Channel) -> None:
        checked_text(self._access, channel.name, LONGEST_NAME, "the name of a channel")
        checked_text(self._access, channel.address, LONGEST_ADDRESS, "the address of a channel")

    def _entry(self, values: Values) -> PersonSettings:
        return from_document(PersonSettings, values["document"])
