using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KernelGen.Audio;
using KernelGen.Extensions.AspNetCore;
using KernelGen.Samples.Transcribe;
using KernelGen.Text;
using KernelGen.Tool.Folders;
using KernelGen.Tool.Serving;
using Microsoft.AspNetCore.Builder;

namespace KernelGen.Tool.CommandLine;

/// <summary>Makes a service on HTTP of the model of a folder: of one of text as LibreTranslate is called, of one that hears as OpenAI is.</summary>
internal sealed class ServeCommand : Command
{
    private const int MostBeams = 32, MostThreads = 64, MostWaiting = 100_000, LastPort = 65_535, MostSeconds = 3600, DefaultPort = 5000;

    /// <summary>Options that a model of text alone has.</summary>
    private readonly Option[] _ofText;

    private readonly FolderOptions _folder = new();
    private readonly Option<Uri?> _url = new("--url") { Description = $"Where to listen (default: http://localhost:{DefaultPort}); http://0.0.0.0:8080 for other computers, too.", HelpName = "url" };
    private readonly Option<int?> _port = CommonArguments.Number("--port", "The port of this computer to listen at, instead of --url.", LastPort);
    private readonly Option<string?> _hosts = new("--hosts") { Description = "The names under which it answers, with semicolons between them (default: those of this computer, and that of --url); * for any.", HelpName = "names" };
    private readonly Option<string?> _apiKeys = new("--api-keys") { Description = "A file of keys, one a line, of which a request must have one: as api_key, or as Authorization: Bearer.", HelpName = "file" };
    private readonly Option<IPNetwork[]> _proxies = new("--proxies") { Description = "Proxies that are believed when they say whom they ask for: addresses or networks such as 10.0.0.0/8, with commas between them.", HelpName = "networks" };
    private readonly Option<int?> _threads = CommonArguments.Number("--threads", "Threads that work (default: one for each processor).", MostThreads);
    private readonly Option<int?> _queue = CommonArguments.Number("--queue", "How many texts, or files of sound, may wait; more are answered with status 429 (default: 256 texts, 8 files).", MostWaiting);
    private readonly Option<int?> _timeout = CommonArguments.Number("--timeout", "Seconds within which a text is translated, its wait included (default: 30).", MostSeconds);
    private readonly Option<int?> _beam = CommonArguments.Number("--beam", "How many hypotheses beam search follows; 1 is greedy search (default: as the folder says).", MostBeams);
    private readonly Option<int?> _maxLength = CommonArguments.Number("--max-length", "The most tokens of a result (default: as the folder says, else as many as the model writes).", int.MaxValue);
    private readonly Option<string?> _source = new("--source-language") { Description = "The language that it reads: of a model that is told one of several only this (default: all); of another what its files do not say.", HelpName = "code" };
    private readonly Option<string?> _target = new("--target-language") { Description = "The language that it writes, in the same way.", HelpName = "code" };
    private readonly Option<string?> _prefix = new("--prefix") { Description = "What is put before each text: 'translate English to German: ' tells a T5 what to do. Texts are then not taken apart.", HelpName = "text" };
    private readonly Option<bool> _noSplit = new("--no-split") { Description = "Give texts to the model as they are, instead of sentence by sentence: for summaries." };
    private readonly Terminal _terminal;

    public ServeCommand(Terminal terminal)
        : base("serve", "Make a service on HTTP of the model of a folder: of one that reads text as LibreTranslate is called, of one that hears as OpenAI is.")
    {
        _terminal = terminal;
        _ofText = [_timeout, _beam, _maxLength, _source, _target, _prefix, _noSplit];
        _url.CustomParser = argument =>
        {
            string text = argument.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url is { Scheme: "http", PathAndQuery: "/", UserInfo: "", Fragment: "" })
            {
                return url;
            }

            argument.AddError($"--url cannot be '{text}': it is such as http://localhost:8080, without a path; a proxy in front ends TLS.");
            return null;
        };
        _proxies.CustomParser = argument => [.. argument.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries).Select(text =>
        {
            if (IPNetwork.TryParse(text, out IPNetwork network))
            {
                return network;
            }

            if (IPAddress.TryParse(text, out IPAddress? address))
            {
                return new IPNetwork(address, 8 * address.GetAddressBytes().Length);
            }

            argument.AddError($"--proxies cannot have '{text}': it takes addresses, and networks such as 10.0.0.0/8, with commas between them.");
            return default;
        })];
        Add(_folder.Folder);
        foreach (Option option in (Option[])[_url, _port, _hosts, _apiKeys, _proxies, _threads, _queue, .. _ofText])
        {
            Add(option);
        }

        _folder.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetValue(_url) is not null && result.GetValue(_port) is not null)
            {
                result.AddError("--url and --port exclude each other: the address has its port.");
            }
        });
        SetAction(Run);
    }

    private int Run(ParseResult result)
    {
        Uri url = result.GetValue(_url) ?? new Uri($"http://localhost:{result.GetValue(_port) ?? DefaultPort}");
        string[] keys = ReadKeys(result);
        long start = Stopwatch.GetTimestamp();
        GivenFolder given = _folder.Read(result);
        ModelFolder folder = ModelFolder.Find(given, _terminal);
        ServedSettings settings = new(
            url,
            result.GetValue(_hosts) ?? HostsOf(url),
            keys,
            result.GetValue(_proxies) ?? [],
            result.GetValue(_threads) ?? Math.Min(Environment.ProcessorCount, MostThreads),
            result.GetValue(_queue) ?? (folder.IsOfSpeech ? 8 : 256),
            TimeSpan.FromSeconds(result.GetValue(_timeout) ?? 30));
        if (folder.IsOfSpeech)
        {
            if (_ofText.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } option)
            {
                throw new InputException($"{option.Name} is for models of text, and the one in '{given.Folder}' hears.");
            }

            using SpeechToText speech = folder.OpenSpeech();
            Serve(ModelService.OfSpeech(settings, speech), speech.Model, start);
        }
        else
        {
            using TextGenerator generator = OpenText(result, folder);
            Serve(ModelService.OfText(settings, generator, Languages(result, generator, given.Folder)), generator.Model, start);
        }

        return ExitCode.Success;
    }

    private void Serve(WebApplication app, TransformerModel model, long start)
    {
        using var interruption = new Interruption();
        string ready = string.Create(CultureInfo.InvariantCulture, $"{model}, loaded in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s,");
        try
        {
            ModelService.RunAsync(app, _terminal, ready, interruption.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (interruption.Signal is not null)
        {
            // It was asked to end before it had begun.
        }
        catch (InvalidOperationException exception)
        {
            throw new InputException(OptionWords.Of(exception), exception);
        }
        catch (SocketException exception)
        {
            throw new InputException($"It cannot listen there: {exception.Message}. --url and --port say where.", exception);
        }
    }

    private TextGenerator OpenText(ParseResult result, ModelFolder folder)
    {
        // A model that is told its languages is told them by each request.
        bool isSplit = !result.GetValue(_noSplit) && result.GetValue(_prefix) is null;
        return folder.OpenText(new TextGeneratorOpenOptions
        {
            AnyLanguage = true,
            Sentences = isSplit ? SentenceSplitter.Default : null,
            LongTexts = LongTextPolicy.Split,
        });
    }

    private Action<LibreTranslateOptions> Languages(ParseResult result, TextGenerator generator, string folder)
    {
        var generation = new FolderGeneration(generator, folder);
        generation.Tell(_terminal);

        // What is wrong with an option is said before anything listens.
        int? beam = result.GetValue(_beam);
        int? maxLength = result.GetValue(_maxLength);
        generation.Options(generator.DefaultGeneration, beam, leastBeam: 1, maxLength);
        FolderLanguages files = FolderLanguages.Of(folder);
        bool isTold = generator.Languages.Length > 0;
        string? source = result.GetValue(_source) ?? (isTold ? null : files.Source);
        string? target = result.GetValue(_target) ?? (isTold ? null : files.Target);
        return options =>
        {
            options.SourceLanguage = source;
            options.TargetLanguage = target;
            options.Prefix = result.GetValue(_prefix) ?? "";
            options.Generation = defaults => generation.Options(defaults, beam, leastBeam: 1, maxLength);
        };
    }

    /// <summary>The name in an address is one of the service, too; the address of all networks is no name.</summary>
    private string? HostsOf(Uri url)
    {
        if (IPAddress.TryParse(url.DnsSafeHost, out IPAddress? address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            _terminal.Note("it answers to the names of this computer alone, whoever asks; --hosts says what others call it.");
            return null;
        }

        return url.IsLoopback ? null : $"localhost;127.0.0.1;[::1];{url.Host}";
    }

    private string[] ReadKeys(ParseResult result)
    {
        if (result.GetValue(_apiKeys) is not { } path)
        {
            return [];
        }

        string[] keys = [.. File.ReadLines(path).Select(static line => line.Trim()).Where(static line => line.Length > 0)];
        return keys.Length > 0 ? keys : throw new InputException($"'{path}' has no keys. Write one in each line, or leave --api-keys out.");
    }
}
