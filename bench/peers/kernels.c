// The peer in C: the same loops over index vectors as a good engineer would write them by hand, for cc -O3.
// Started with the folder of a problem (bench/peers.ts writes its files) and a clock, wall or cpu. Reads lines "OP REPETITIONS" from standard input, runs,
// answers each with the milliseconds of one run; "OP 0" writes the result to FOLDER/c.OP instead. One thread.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_SOURCES 64
#define K 5

typedef struct {
  int rows, columns, offset, dense;
  int32_t *starts, *cols, *index;  // index: NULL where source row t is target row t
  double *values;                  // NULL for a pattern; rows × columns numbers where dense
  double *product;                 // rows × K: products on the way up, sums on the way down
} Source;

static int rows, columns, iterations, sources, k;
static Source source[MAX_SOURCES];
static double step, *labels, *classes, *centres0, *w0, *h0, *x1, *x5, *y_1, *y_5;
static const char *folder;
static clockid_t clockId;

static void *readFile(const char *name, int needed) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "rb");
  if (!f) {
    if (needed) { perror(path); exit(1); }
    return NULL;
  }
  fseek(f, 0, SEEK_END);
  long bytes = ftell(f);
  rewind(f);
  void *data = aligned_alloc(64, (bytes + 127) / 64 * 64);
  if (fread(data, 1, bytes, f) != (size_t)bytes) exit(1);
  fclose(f);
  return data;
}

static double *numbers(size_t n) { return aligned_alloc(64, (n * sizeof(double) + 127) / 64 * 64); }

static void load(void) {
  char *text = readFile("problem.txt", 1), *p = text;
  int used;
  sscanf(p, "%d %d %d %d %d %lf%n", &rows, &columns, &iterations, &k, &sources, &step, &used);
  p += used;
  if (sources > MAX_SOURCES) exit(2);
  for (int s = 0, offset = 0; s < sources; offset += source[s++].columns) {
    Source *d = &source[s];
    sscanf(p, "%d %d %d%n", &d->rows, &d->columns, &d->dense, &used);
    p += used;
    d->offset = offset;
    char name[64];
#define PART(field, needed) snprintf(name, sizeof name, "%d." #field, s); d->field = readFile(name, needed)
    PART(starts, !d->dense);
    PART(cols, !d->dense);
    PART(values, d->dense);
    PART(index, 0);
    d->product = numbers((size_t)d->rows * K);
  }
  labels = readFile("labels", 1), classes = readFile("classes", 1), centres0 = readFile("centres", 1);
  w0 = readFile("w", 1), h0 = readFile("h", 1);
  x1 = readFile("x1", 1), x5 = readFile("x5", 1);
  y_1 = readFile("y1", 1), y_5 = readFile("y5", 1);
}

// sum += D[i] X; p is a constant wherever these are inlined.
static inline __attribute__((always_inline)) void rowUp(const Source *d, int i, const double *x, double *sum, int p) {
  if (d->dense)
    for (int c = 0; c < d->columns; c++) for (int j = 0; j < p; j++) sum[j] += d->values[(size_t)i * d->columns + c] * x[c * p + j];
  else if (d->values)
    for (int e = d->starts[i]; e < d->starts[i + 1]; e++) for (int j = 0; j < p; j++) sum[j] += d->values[e] * x[d->cols[e] * p + j];
  else
    for (int e = d->starts[i]; e < d->starts[i + 1]; e++) for (int j = 0; j < p; j++) sum[j] += x[d->cols[e] * p + j];
}

// G += D[i]ᵀ s, a row of G being `width` numbers
static inline __attribute__((always_inline)) void rowDown(const Source *d, int i, const double *s, double *g, int p, int width) {
  if (d->dense)
    for (int c = 0; c < d->columns; c++) for (int j = 0; j < p; j++) g[c * width + j] += d->values[(size_t)i * d->columns + c] * s[j];
  else if (d->values)
    for (int e = d->starts[i]; e < d->starts[i + 1]; e++) for (int j = 0; j < p; j++) g[d->cols[e] * width + j] += d->values[e] * s[j];
  else
    for (int e = d->starts[i]; e < d->starts[i + 1]; e++) for (int j = 0; j < p; j++) g[d->cols[e] * width + j] += s[j];
}

// out = D X
static inline __attribute__((always_inline)) void up(const Source *d, const double *x, double *out, int p) {
  x += (size_t)d->offset * p;
  for (int i = 0; i < d->rows; i++) {
    double sum[K] = {0};
    rowUp(d, i, x, sum, p);
    for (int j = 0; j < p; j++) out[(size_t)i * p + j] = sum[j];
  }
}

// Its columns of G = Dᵀ S
static inline __attribute__((always_inline)) void down(const Source *d, const double *s, double *g, int p) {
  g += (size_t)d->offset * p;
  memset(g, 0, sizeof(double) * d->columns * p);
  for (int i = 0; i < d->rows; i++) rowDown(d, i, s + (size_t)i * p, g, p, p);
}

// out = Σ I (D X): one pass over the rows for each source; only the first can be without an index
static inline __attribute__((always_inline)) void multiplyBy(const double *x, double *out, int p) {
  if (sources && !source[0].index) up(&source[0], x, out, p);
  else memset(out, 0, sizeof(double) * rows * p);
  for (int s = 0; s < sources; s++) {
    const Source *d = &source[s];
    if (!d->index) continue;
    up(d, x, d->product, p);
    for (int t = 0; t < rows; t++) {
      int i = d->index[t];
      if (i >= 0) for (int j = 0; j < p; j++) out[(size_t)t * p + j] += d->product[(size_t)i * p + j];
    }
  }
}

// g = Tᵀ Y: sums at the source rows, then Dᵀ of them
static inline __attribute__((always_inline)) void scatter(const double *y, double *g, int p) {
  for (int s = 0; s < sources; s++) {
    const Source *d = &source[s];
    if (!d->index) { down(d, y, g, p); continue; }
    memset(d->product, 0, sizeof(double) * d->rows * p);
    for (int t = 0; t < rows; t++) {
      int i = d->index[t];
      if (i >= 0) for (int j = 0; j < p; j++) d->product[(size_t)i * p + j] += y[(size_t)t * p + j];
    }
    down(d, d->product, g, p);
  }
}

static double *multiply(const double *x, int p) {
  static double *out; if (!out) out = numbers((size_t)rows * K);
  if (p == 1) multiplyBy(x, out, 1); else multiplyBy(x, out, K);
  return out;
}

static double *transposed(const double *y, int p) {
  static double *out; if (!out) out = numbers((size_t)columns * K);
  if (p == 1) scatter(y, out, 1); else scatter(y, out, K);
  return out;
}

static double *regression(int logistic) {
  static double *theta, *r, *g;
  if (!theta) theta = numbers(columns), r = numbers(rows), g = numbers(columns);
  memset(theta, 0, sizeof(double) * columns);
  for (int it = 0; it < iterations; it++) {
    multiplyBy(theta, r, 1);
    if (logistic) for (int t = 0; t < rows; t++) r[t] = 1 / (1 + exp(-r[t])) - classes[t];
    else for (int t = 0; t < rows; t++) r[t] -= labels[t];
    scatter(r, g, 1);
    for (int c = 0; c < columns; c++) theta[c] -= step / rows * g[c];
  }
  return theta;
}

// The product of a row, its nearest centre and the counts at the source rows in one pass: no array of rows × k.
static double *kMeans(void) {
  static double *centres, *scaled, *sums;
  if (!centres) centres = numbers((size_t)columns * K), scaled = numbers((size_t)columns * K), sums = numbers((size_t)columns * K);
  memcpy(centres, centres0, sizeof(double) * columns * K);
  static double *count[MAX_SOURCES];
  const double one[1] = {1};
  for (int it = 0; it < iterations; it++) {
    double norms[K] = {0}, sizes[K] = {0};
    for (int c = 0; c < columns; c++)
      for (int j = 0; j < K; j++) { double v = centres[c * K + j]; norms[j] += v * v; scaled[c * K + j] = -2 * v; }
    for (int s = 0; s < sources; s++) {
      if (!source[s].index) continue;
      up(&source[s], scaled, source[s].product, K);
      if (!count[s]) count[s] = numbers((size_t)source[s].rows * K);
      memset(count[s], 0, sizeof(double) * source[s].rows * K);
    }
    memset(sums, 0, sizeof(double) * columns * K);
    for (int t = 0; t < rows; t++) {
      double d[K];
      for (int j = 0; j < K; j++) d[j] = norms[j];
      for (int s = 0; s < sources; s++) {
        if (!source[s].index) { rowUp(&source[s], t, scaled, d, K); continue; }
        int i = source[s].index[t];
        if (i >= 0) for (int j = 0; j < K; j++) d[j] += source[s].product[(size_t)i * K + j];
      }
      int best = 0;
      for (int j = 1; j < K; j++) if (d[j] < d[best]) best = j;
      sizes[best]++;
      for (int s = 0; s < sources; s++) {
        if (!source[s].index) { rowDown(&source[s], t, one, sums + best, 1, K); continue; }
        int i = source[s].index[t];
        if (i >= 0) count[s][(size_t)i * K + best]++;
      }
    }
    for (int s = 0; s < sources; s++) if (source[s].index) down(&source[s], count[s], sums, K);
    for (int c = 0; c < columns; c++)
      for (int j = 0; j < K; j++) if (sizes[j] > 0) centres[c * K + j] = sums[c * K + j] / sizes[j];
  }
  return centres;
}

static void addGram(double *gram, const double *x) {
  for (int j = 0; j < K; j++) for (int l = 0; l < K; l++) gram[j * K + l] += x[j] * x[l];
}

static void update(double *x, const double *numerator, const double *gram) {
  double den[K];
  for (int j = 0; j < K; j++) den[j] = 1e-12;
  for (int l = 0; l < K; l++) for (int j = 0; j < K; j++) den[j] += x[l] * gram[l * K + j];
  for (int j = 0; j < K; j++) x[j] *= numerator[j] / den[j];
}

// W's update, WᵀW and the sums at the source rows in one pass.
static double *nmf(void) {
  static double *w, *h, *g, *sum[MAX_SOURCES];
  if (!w) w = numbers((size_t)rows * K), h = numbers((size_t)columns * K), g = numbers((size_t)columns * K);
  memcpy(w, w0, sizeof(double) * rows * K);
  memcpy(h, h0, sizeof(double) * columns * K);
  for (int it = 0; it < iterations; it++) {
    double hh[K * K] = {0}, ww[K * K] = {0};
    for (int c = 0; c < columns; c++) addGram(hh, h + (size_t)c * K);
    for (int s = 0; s < sources; s++) {
      if (!source[s].index) continue;
      up(&source[s], h, source[s].product, K);
      if (!sum[s]) sum[s] = numbers((size_t)source[s].rows * K);
      memset(sum[s], 0, sizeof(double) * source[s].rows * K);
    }
    memset(g, 0, sizeof(double) * columns * K);
    for (int t = 0; t < rows; t++) {
      double numerator[K] = {0}, *row = w + (size_t)t * K;
      for (int s = 0; s < sources; s++) {
        if (!source[s].index) { rowUp(&source[s], t, h, numerator, K); continue; }
        int i = source[s].index[t];
        if (i >= 0) for (int j = 0; j < K; j++) numerator[j] += source[s].product[(size_t)i * K + j];
      }
      update(row, numerator, hh);
      addGram(ww, row);
      for (int s = 0; s < sources; s++) {
        if (!source[s].index) { rowDown(&source[s], t, row, g, K, K); continue; }
        int i = source[s].index[t];
        if (i >= 0) for (int j = 0; j < K; j++) sum[s][(size_t)i * K + j] += row[j];
      }
    }
    for (int s = 0; s < sources; s++) if (source[s].index) down(&source[s], sum[s], g, K);
    for (int c = 0; c < columns; c++) update(h + (size_t)c * K, g + (size_t)c * K, ww);
  }
  return h;
}

static double *run(const char *op, size_t *length) {
  *length = columns;
  if (!strcmp(op, "TX1")) { *length = rows; return multiply(x1, 1); }
  if (!strcmp(op, "TX5")) { *length = (size_t)rows * K; return multiply(x5, K); }
  if (!strcmp(op, "TtY1")) return transposed(y_1, 1);
  if (!strcmp(op, "LinReg")) return regression(0);
  if (!strcmp(op, "LogReg")) return regression(1);
  *length = (size_t)columns * K;
  if (!strcmp(op, "TtY5")) return transposed(y_5, K);
  if (!strcmp(op, "KMeans")) return k == K ? kMeans() : NULL;
  if (!strcmp(op, "NMF")) return nmf();
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 3) return 1;
  folder = argv[1];
  clockId = strcmp(argv[2], "cpu") ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
  load();
  char op[64];
  int repetitions;
  size_t length;
  while (scanf("%63s %d", op, &repetitions) == 2) {
    if (repetitions == 0) {
      double *result = run(op, &length);
      if (!result) { puts("null"); fflush(stdout); continue; }
      char path[4096];
      snprintf(path, sizeof path, "%s/c.%s", folder, op);
      FILE *f = fopen(path, "wb");
      if (!f || fwrite(result, sizeof(double), length, f) != length) return 1;
      fclose(f);
      puts("written");
    } else {
      if (!strcmp(op, "XT5") || !strcmp(op, "Gram") || (!strcmp(op, "KMeans") && k != K)) {
        puts("null");
        fflush(stdout);
        continue;
      }
      struct timespec a, b;
      clock_gettime(clockId, &a);
      for (int i = 0; i < repetitions; i++) run(op, &length);
      clock_gettime(clockId, &b);
      printf("%.9g\n", ((b.tv_sec - a.tv_sec) * 1e3 + (b.tv_nsec - a.tv_nsec) / 1e6) / repetitions);
    }
    fflush(stdout);
  }
  return 0;
}
