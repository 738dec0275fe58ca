/** Longest text that is a level where nothing else is said, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 200;
