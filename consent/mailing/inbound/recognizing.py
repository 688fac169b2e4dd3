"""Is this a wish to be left alone? Clear words in six languages, or the token of a list; everything else is unclear.

Pure: texts in, an answer out. A wrong yes only ends mail; a wrong no is read by a person.
"""

import re
import unicodedata

from privacy.jobs.mailbox.words import own_words, plain_subject

LONGEST_CLEAR = 25  # words of one's own: who writes more has something to say
TOKEN = re.compile(r"\bunsubscribe[ +:_-]+([\w.-]{40,400})", re.IGNORECASE)
PHRASES = (
    # English
    r"\bunsubscribe\b", r"\bunsubscribed\b", r"\bopt[ -]?out\b", r"\bremove me\b", r"\btake me off\b",
    r"\bstop (sending|mailing|emailing|the newsletter|these (e-?mails|messages))\b", r"^stop$",
    r"\bno more (e-?mails?|newsletters?|advertising|marketing)\b",
    # German
    r"\babmelden\b", r"\babmeldung\b", r"\babbestellen\b", r"\babbestellung\b", r"\baustragen\b",
    r"\bmelden sie mich .{0,40}\bab\b", r"\bkeine? (weiteren? )?(werbung|newsletter|e-?mails?|werbe-?mails?) mehr\b",
    # French
    r"\bd[eé]sabonn\w+", r"\bd[eé]sinscri\w+", r"\bne plus recevoir\b", r"\bplus de (publicit[eé]|newsletters?)\b",
    # Spanish
    r"\b(dar(me|nos|se)?|denme|d[eé]me) de baja\b", r"^baja$", r"\bcancelar (la |mi )?suscripci[oó]n\b",
    r"\bno (quiero|deseo) (recibir )?m[aá]s (correos|publicidad|e-?mails)\b",
    # Portuguese
    r"\bdescadastr\w+", r"\bcancelar (a |minha )?(inscri[cç][aã]o|assinatura|subscri[cç][aã]o)\b",
    r"\bremover (meu|o meu) (e-?mail|endere[cç]o)\b",
    r"\bn[aã]o (quero|desejo) (mais )?receber\b",
    # Hindi
    r"अनसब्सक्राइब", r"सदस्यता (समाप्त|रद्द|हटा)", r"(ईमेल|मेल) (भेजना )?बंद",
)  # fmt: skip
WISH = re.compile("|".join(PHRASES), re.IGNORECASE | re.MULTILINE)
# Words that turn or blur a wish, where they stand outside of its phrase. A question is a question.
DOUBT = re.compile(
    r"\?|\bnot\b|n['’]t\b|\bnever\b|\bnicht\b|\bne\b.{0,20}\bpas\b|\bpas\b|\bno\b|\bn[aã]o\b|\bnunca\b|नहीं|मत\b"
    r"|\binstead\b|\bbut\b|\baber\b|\bmais\b|\bpero\b|\bmas\b|\bonly\b|\bnur\b|\bwhy\b|\bwarum\b|\bpourquoi\b",
    re.IGNORECASE,
)


def token_in(subject_line: str, recipients: str) -> str:
    """The token of a list in the subject (`unsubscribe TOKEN`) or in the address (`support+unsubscribe-TOKEN@`)."""
    for text in (subject_line, recipients):
        if found := TOKEN.search(text):
            return found.group(1)
    return ""


def wants_no_more(subject_line: str, text: str) -> bool:
    """Whether it is clear that the writer wants no more mail."""
    subject, body = _plain(plain_subject(subject_line)), _plain(own_words(text))
    subject_is_a_wish = _is_clear(subject)
    if subject_is_a_wish and (not body or (len(body.split()) <= LONGEST_CLEAR and not DOUBT.search(_rest(body)))):
        return True
    return _is_clear(body) and not DOUBT.search(_rest(subject))


def _is_clear(text: str) -> bool:
    return bool(WISH.search(text)) and len(text.split()) <= LONGEST_CLEAR and not DOUBT.search(_rest(text))


def _rest(text: str) -> str:
    return WISH.sub(" ", text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" \t\n.!\"'")
