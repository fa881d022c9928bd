import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { en } from './en.ts';
import { ko } from './ko.ts';

type Catalogue = typeof en;
type Singular<K extends string> = K extends `${infer Base}_one` ? Base : K extends `${infer Base}_other` ? Base : K;

/** Every message there is, as `namespace:key`. Plural forms (`x_one`, `x_other`) are asked for as `x` with `count`. */
export type MessageKey = {
  [N in keyof Catalogue & string]: `${N}:${Singular<keyof Catalogue[N] & string>}`;
}[keyof Catalogue & string];

/** Values put into a message at `{{name}}`. */
export type MessageValues = Record<string, string | number>;
export type Translate = (key: MessageKey, values?: MessageValues) => string;

/** Sets up i18next once, synchronously, with both catalogues built in. */
export function setUpLanguage(language: 'en' | 'ko'): void {
  void i18next.use(initReactI18next).init({
    resources: { en, ko },
    lng: language,
    fallbackLng: 'en',
    initAsync: false,
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
}

/** Switches the language at once. */
export function changeLanguage(language: 'en' | 'ko'): void {
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

/** Message outside React (notices, menus built on demand). */
export const translate: Translate = (key, values) => i18next.t(key, values ?? {});

/** Message function for components; they re-render when the language changes. */
export function useT(): Translate {
  const { t } = useTranslation();
  return t as unknown as Translate;
}
