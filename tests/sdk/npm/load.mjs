// Loads a package from the folder of this lock file, whoever asks.

export const load = (name) => import(name);
