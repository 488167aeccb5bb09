import { createContext } from "preact";
import type { Glossary } from "../../text/glossary/glossary.ts";
import english from "../../text/glossary/en.json" with { type: "json" };

/** The glossary in English, which comes with the page. */
export const ENGLISH_GLOSSARY: Glossary = english;

/** The glossary that the terms of a page are explained from. */
export const PageGlossary = createContext<Glossary>(ENGLISH_GLOSSARY);
