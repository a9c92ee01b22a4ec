/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/number.h"

/* As citizens write: mostly Latin without diacritics, some Cyrillic, some Slovak; each opens one case. */
static const char *const sentences[] = {
	"Pukla je cev u Svetosavskoj %u, voda tece po trotoaru vec 2 sata",
	"Нема воде у Белегишу у улици Краља Петра %u од јутрос",
	"Zapušena kanalizacija, fekalije u podrumu zgrade Kralja Petra %u",
	"Kontejneri prepuni u Ulici Ćirila i Metodija %u, smrdi užasno",
	"Divlja deponija u Surduku kod broja %u, neko nocu istovara sut",
	"Ne radi ulična rasveta u Njegoševoj %u, mrak je tri dana",
	"Nesvieti pouličné osvetlenie na ulici Janka Čmelíka %u, už týždeň je tma",
	"Parkirao na trotoaru Kralja Petra %u, ne mogu da prodjem kolicima",
	"Снег и лед на тротоару код дома здравља, Његошева %u",
	"Suvo drvo pred padom iznad trotoara, Vuka Karadzica %u",
	"rupetina na putu u Golubincima kod broja %u, probusio sam gumu",
	"Sneg nije ociscen u Krnjesevcima kod broja %u, autobus ne moze da prodje",
};

void bench_fail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

uint64_t bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

void *bench_alloc(size_t n, size_t size)
{
	void *ptr = calloc(n, size);

	if (ptr == NULL)
		bench_fail("out of memory");
	return ptr;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void bench_text(uint64_t n, char text_out[BENCH_TEXT_SIZE])
{
	snprintf(text_out, BENCH_TEXT_SIZE,
		 sentences[n % (sizeof(sentences) / sizeof(sentences[0]))],
		 (unsigned)(n % 9999) + 1);
}
#pragma GCC diagnostic pop

void bench_number(uint64_t n, char number_out[BENCH_NUMBER_SIZE])
{
	/* Spread over the numbers, as citizens are: neighbours in time aren't neighbours in the store. */
	uint64_t spread = (n * UINT64_C(7654321) + 1234567) % UINT64_C(10000000);

	snprintf(number_out, BENCH_NUMBER_SIZE, "+38164%07u", (unsigned)spread);
}

void bench_options(int argc, char **argv, const struct bench_option *options, size_t n)
{
	for (int i = 1; i < argc; i += 2) {
		const struct bench_option *o = NULL;

		for (size_t k = 0; k < n; k++)
			if (strcmp(argv[i], options[k].name) == 0)
				o = &options[k];
		if (o == NULL || i + 1 == argc)
			bench_fail("%s: unknown option, or without a value: %s", argv[0], argv[i]);
		if (o->text_out != NULL)
			*o->text_out = argv[i + 1];
		else if (number_parse_u64(bytes_of(argv[i + 1]), 0, UINT64_MAX, o->number_out) !=
			 ERR_OK)
			bench_fail("%s: %s wants a number, not %s", argv[0], o->name, argv[i + 1]);
	}
}

void bench_times_init(struct bench_times *times, size_t cap)
{
	*times = (struct bench_times){ .ns = bench_alloc(cap + 1, sizeof(uint64_t)), .cap = cap };
}

void bench_times_add(struct bench_times *times, uint64_t ns)
{
	if (times->n < times->cap)
		times->ns[times->n++] = ns;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double percentile_ms(const struct bench_times *times, unsigned percent)
{
	return (double)times->ns[(times->n - 1) * percent / 100] / 1e6;
}

void bench_print(uint64_t n, uint64_t took_ns, struct bench_times *times)
{
	double seconds = (double)took_ns / 1e9;

	printf("{\"n\":%llu,\"seconds\":%.6f,\"rate\":%.1f", (unsigned long long)n, seconds,
	       seconds > 0 ? (double)n / seconds : 0);
	if (times != NULL && times->n > 0) {
		qsort(times->ns, times->n, sizeof(times->ns[0]), by_value);
		printf(",\"p50_ms\":%.4f,\"p99_ms\":%.4f", percentile_ms(times, 50),
		       percentile_ms(times, 99));
	}
	printf("}\n");
	fflush(stdout);
}

double bench_median_us(struct bench_times *times)
{
	qsort(times->ns, times->n, sizeof(times->ns[0]), by_value);
	return times->n == 0 ? 0 : percentile_ms(times, 50) * 1e3;
}

static void set_up(int fd)
{
	int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		bench_fail("a socket can't be set up: %s", strerror(errno));
}

static struct sockaddr_in loopback(uint64_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int bench_connect(uint64_t port)
{
	struct sockaddr_in to = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		bench_fail("no connection to port %u: %s", (unsigned)port, strerror(errno));
	set_up(fd);
	return fd;
}

int bench_accept(uint64_t port)
{
	struct sockaddr_in at = loopback(port);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, fd;

	if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(listener, 1) != 0)
		bench_fail("can't listen at port %u: %s", (unsigned)port, strerror(errno));
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		bench_fail("nobody connected: %s", strerror(errno));
	close(listener);
	set_up(fd);
	return fd;
}
