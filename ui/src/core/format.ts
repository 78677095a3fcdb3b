// Dates and numbers in the reader's own locale and time zone.

const cache = new Map<string, Intl.DateTimeFormat>();

/** The language of the interface with the habits of the reader's region: English in Germany writes days first. */
function localeOf(language: string): string {
  const same = navigator.languages.find((name) => name.startsWith(language));
  const region = new Intl.Locale(navigator.language).region;
  return same ?? (region ? `${language}-${region}` : language);
}

function dateFormat(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}${JSON.stringify(options)}`;
  let format = cache.get(key);
  if (!format) {
    const locale = localeOf(language);
    format = new Intl.DateTimeFormat(locale, options);
    cache.set(key, format);
  }
  return format;
}

/** A date without a time ("2026-11-21") is the same day everywhere: no time zone is applied. */
export function formatDate(text: string, language: string): string {
  const date = new Date(text.length === 10 ? `${text}T12:00:00` : text);
  if (Number.isNaN(date.getTime())) return text;
  return dateFormat(language, { day: 'numeric', month: 'short', year: 'numeric' }).format(date);
}

export function formatTime(text: string, language: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  return dateFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** To the second, for what is compared with other logs. */
export function formatMoment(text: string, language: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  return dateFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(date);
}

const DAY = 86_400_000; // ms

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** "3 days ago", "in 2 weeks". A day is told from today, whatever the hour. */
export function formatAgo(text: string, language: string): string {
  const isDay = text.length === 10;
  const noon = (day: string) => new Date(`${day}T12:00:00`).getTime();
  const seconds = isDay
    ? Math.round((noon(text) - noon(today())) / DAY) * 86_400
    : (new Date(text).getTime() - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return text;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, size] of STEPS)
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  return format.format(0, isDay ? 'day' : 'minute');
}

const YEAR = 365.25 * DAY;

/** How far two instants are from each other, in words: "9 days", "10 years". */
export function formatApart(one: string, other: string, language: string): string {
  const apart = Math.abs(new Date(one).getTime() - new Date(other).getTime());
  const say = (value: number, unit: 'year' | 'day' | 'hour', digits = 0) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit,
      unitDisplay: 'long',
      maximumFractionDigits: digits,
    }).format(value);
  if (apart >= 2 * YEAR) return say(apart / YEAR, 'year', 1);
  return apart >= 2 * DAY ? say(apart / DAY, 'day') : say(apart / 3_600_000, 'hour');
}

export function formatNumber(value: number, language: string): string {
  return value.toLocaleString(language);
}

export function today(): string {
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
