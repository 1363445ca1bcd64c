using CsCheck;

namespace KernelGen.Audio.Tests;

public sealed class ResamplingTests
{
    /// <summary>From, to: of few phases, and of so many that their coefficients are not kept.</summary>
    public static TheoryData<int, int> Rates =>
    [
        (44_100, 16_000), (48_000, 16_000), (16_000, 44_100), (8_000, 16_000), (16_000, 8_000), (22_050, 16_000), (96_000, 16_000), (44_101, 16_000), (16_000, 44_101), (192_000, 8_000), (11_025, 16_000), (767_999, 16_000),
    ];

    [Theory]
    [MemberData(nameof(Rates))]
    public void A_sample_is_the_sum_that_it_is_defined_as(int from, int to)
    {
        var random = new Random(from);
        float[] input = [.. Enumerable.Range(0, from / 100).Select(_ => random.NextSingle() - 0.5f)];
        double[] expected = PlainResampler.Resample(input, from, to);
        float[] output = new ArrayReader(input, from).Resample(to).ReadToEnd();
        Assert.Equal(expected.Length, output.Length);
        Assert.InRange(expected.Zip(output, static (a, b) => Math.Abs(a - b)).Max(), 0, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void A_tone_up_to_nine_tenths_of_the_lower_Nyquist_frequency_stays_as_it_is(int from, int to)
    {
        double lower = Math.Min(from, to) / 2.0;
        foreach (double share in new[] { 0.01, 0.33, 0.6, 0.9 })
        {
            (double gain, double rest) = ToneThrough(from, to, share * lower);

            // 0.01 dB, and what else comes out: images and noise.
            Assert.InRange(gain, Math.Pow(10, -0.01 / 20), Math.Pow(10, 0.01 / 20));
            Assert.InRange(20 * Math.Log10(rest), -200, -100);
        }
    }

    [Theory]
    [InlineData(44_100, 16_000)]
    [InlineData(48_000, 16_000)]
    [InlineData(44_101, 16_000)]
    [InlineData(16_000, 8_000)]
    public void Nothing_above_the_lower_Nyquist_frequency_is_left(int from, int to)
    {
        double nyquist = to / 2.0;
        for (double frequency = nyquist * 1.001; frequency < from / 2.0; frequency += nyquist / 7)
        {
            float[] output = new ArrayReader(Tone(from, frequency, from / 4), from).Resample(to).ReadToEnd();
            double power = output[200..^200].Average(static sample => (double)sample * sample);
            Assert.InRange(10 * Math.Log10(2 * power + 1e-30), -400, -100);
        }
    }

    [Fact]
    public void There_is_no_delay_and_what_is_constant_stays_so()
    {
        float[] impulse = new float[2001];
        impulse[1000] = 1;
        float[] doubled = new ArrayReader(impulse, 8_000).Resample(16_000).ReadToEnd();
        Assert.Equal(4002, doubled.Length);
        Assert.Equal(2000, Array.IndexOf(doubled, doubled.Max()));
        for (int i = 1; i < 150; i++)
        {
            Assert.Equal(doubled[2000 - i], doubled[2000 + i], 1e-7);
        }

        float[] constant = new ArrayReader([.. Enumerable.Repeat(0.75f, 5000)], 44_100).Resample(16_000).ReadToEnd();
        Assert.All(constant[100..^100], static sample => Assert.Equal(0.75f, sample, 1e-6));
    }

    [Fact]
    public void Lengths_are_exact_for_any_rates() => (from length in Gen.Int[0, 3000] from rateFrom in Gen.Int[1_000, 768_000] from rateTo in Gen.Int[1_000, 48_000] select (length, rateFrom, rateTo)).Sample(
        parts =>
        {
            int length = new ArrayReader(new float[parts.length], parts.rateFrom).Resample(parts.rateTo).ReadToEnd().Length;
            return length == (((long)parts.length * parts.rateTo) + parts.rateFrom - 1) / parts.rateFrom;
        },
        iter: 60);

    [Fact]
    public void Any_way_to_read_gives_the_same_bits_in_each_channel() => (from most in Gen.Int[1, 700] from room in Gen.Int[2, 999] from rate in Gen.OneOf(Gen.Const(16_000), Gen.Const(44_101), Gen.Const(48_000)) select (most, room, rate)).Sample(
        parts =>
        {
            var random = new Random(3);
            float[] left = [.. Enumerable.Range(0, 2000).Select(_ => random.NextSingle() - 0.5f)];
            float[] right = [.. Enumerable.Range(0, 2000).Select(_ => random.NextSingle() - 0.5f)];
            using AudioReader reader = new ArrayReader([.. left.Zip(right).SelectMany(static pair => new[] { pair.First, pair.Second })], 22_050, channels: 2, parts.most).Resample(parts.rate);
            var all = new List<float>();
            float[] room = new float[parts.room];
            for (int read; (read = reader.Read(room)) > 0;)
            {
                all.AddRange(room.AsSpan(0, read));
            }

            Assert.Equal(new ArrayReader(left, 22_050).Resample(parts.rate).ReadToEnd(), all.Where(static (_, i) => i % 2 == 0).ToArray());
            Assert.Equal(new ArrayReader(right, 22_050).Resample(parts.rate).ReadToEnd(), all.Where(static (_, i) => i % 2 == 1).ToArray());
        },
        iter: 60);

    [Fact]
    public void The_same_rate_is_the_same_reader_and_another_owns_it()
    {
        var source = new ArrayReader([1, 2], 16_000);
        Assert.Same(source, source.Resample(16_000));
        source.Resample(8_000).Dispose();
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public void The_response_is_that_of_its_formula()
    {
        for (double time = -80; time < 80; time += 0.0371)
        {
            Assert.Equal(PlainResampler.Response(time), SincFilter.Exact(time), 1e-12);
            Assert.Equal(PlainResampler.Response(time), SincFilter.At(time), 3e-8);
        }
    }

    /// <summary>The bits that every instruction set gives: run with DOTNET_EnableAVX512=0, DOTNET_EnableAVX2=0, DOTNET_EnableHWIntrinsic=0.</summary>
    [Theory]
    [InlineData(44_100, 2360609929u)]
    [InlineData(44_101, 673616759u)]
    public void Bits_are_the_same_on_every_instruction_set(int from, uint expected)
    {
        float[] input = [.. Enumerable.Range(0, 20_000).Select(static i => ((i * 7919 % 65536) - 32768) / 32768f)];
        Assert.Equal(expected, Checksum.Of(new ArrayReader(input, from).Resample(16_000).ReadToEnd()));
    }

    private static float[] Tone(int rate, double frequency, int length) => [.. Enumerable.Range(0, length).Select(i => (float)Math.Sin(2 * Math.PI * frequency * i / rate))];

    /// <summary>How much of a tone comes out, and how much else, by least squares.</summary>
    private static (double Gain, double Remainder) ToneThrough(int from, int to, double frequency)
    {
        float[] output = new ArrayReader(Tone(from, frequency, from / 4), from).Resample(to).ReadToEnd();
        double sineSine = 0, sineCosine = 0, cosineCosine = 0, sineOutput = 0, cosineOutput = 0;
        int start = (int)(200.0 * Math.Max(1, (double)to / from));
        int end = output.Length - start;
        for (int i = start; i < end; i++)
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * frequency * i / to);
            sineSine += sine * sine;
            sineCosine += sine * cosine;
            cosineCosine += cosine * cosine;
            sineOutput += sine * output[i];
            cosineOutput += cosine * output[i];
        }

        double determinant = (sineSine * cosineCosine) - (sineCosine * sineCosine);
        double a = ((cosineCosine * sineOutput) - (sineCosine * cosineOutput)) / determinant;
        double b = ((sineSine * cosineOutput) - (sineCosine * sineOutput)) / determinant;

        // Without delay there is no cosine in it.
        Assert.InRange(b, -1e-4, 1e-4);
        double rest = 0;
        for (int i = start; i < end; i++)
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * frequency * i / to);
            double difference = output[i] - (a * sine) - (b * cosine);
            rest += difference * difference;
        }

        return (a, Math.Sqrt(2 * rest / (end - start)) + 1e-10);
    }
}
