/** The languages that lessons are written in. */
export const LESSON_LANGUAGES = ["en", "zh"] as const;

export type LessonLanguage = (typeof LESSON_LANGUAGES)[number];

/** What the walk through a lesson says by itself. */
export interface LessonWords {
  readonly lesson: (number: number, title: string) => string;
  readonly prediction: string;
  readonly predicted: (prediction: string) => string;
  readonly run: string;
  readonly notOurs: string;
  readonly ended: (code: number) => string;
  readonly picture: (alt: string, file: string, page: string) => string;
}

export const LESSON_WORDS: Readonly<Record<LessonLanguage, LessonWords>> = {
  en: {
    lesson: (number, title) => `Lesson ${number}: ${title}`,
    prediction: "Your prediction: ",
    predicted: (prediction) => `You predicted: ${prediction}`,
    run: "[Enter to run, s to skip] ",
    notOurs: "(not a command of aha that can be run here: type it yourself)",
    ended: (code) => `(it ended with code ${code})`,
    picture: (alt, file, page) => `[Picture: ${alt === "" ? "" : `${alt}, `}${file}; live: ${page}]`,
  },
  zh: {
    lesson: (number, title) => `第 ${number} 课：${title}`,
    prediction: "你的预测：",
    predicted: (prediction) => `你预测的是：${prediction}`,
    run: "[回车运行，输入 s 跳过] ",
    notOurs: "（这不是能在这里运行的 aha 命令，请自己输入）",
    ended: (code) => `（结束，退出码 ${code}）`,
    picture: (alt, file, page) => `[图：${alt === "" ? "" : `${alt}，`}${file}；实时画面：${page}]`,
  },
};
