using System.Collections;
using KernelGen.Execution;

namespace KernelGen.Checkpoints;

/// <summary>
/// One reason for which several tensors do not fit a declaration: a property with a wrong number, or a file of another kind.
/// </summary>
/// <param name="Message">The reason, as a sentence without its full stop: <c>ModelDimension = 512, but 90 tensors say 256</c>.</param>
/// <param name="Tensors">The number of tensors that do not fit for this reason; 0 where that was not counted.</param>
/// <param name="Property">The property of the declaration at fault, where one is.</param>
/// <param name="Declared">What it is.</param>
/// <param name="Found">What the tensors say.</param>
internal sealed record CheckpointCause(string Message, int Tensors, string? Property = null, long Declared = 0, long Found = 0);

/// <summary>
/// All that keeps the tensors of a checkpoint from being those of a declared model, in the order in which they are looked for; empty when they fit. What loads a
/// model and what only checks one go by the same.
/// </summary>
internal sealed class CheckpointProblems : IReadOnlyList<CheckpointException>
{
    /// <summary>More causes than that are none: nothing fits.</summary>
    private const int MostCauses = 5;

    private readonly List<CheckpointException> _problems = [];
    private readonly HashSet<string> _messages = [];
    private readonly List<WrongSize> _sizes = [];
    private readonly List<CheckpointCause> _kinds = [];

    /// <inheritdoc/>
    public int Count => _problems.Count;

    /// <inheritdoc/>
    public CheckpointException this[int index] => _problems[index];

    /// <summary>What explains several problems, first what concerns the whole file, then what explains most; empty where each problem stands for itself.</summary>
    public IReadOnlyList<CheckpointCause> Causes
    {
        get
        {
            if (_problems.Count < 2)
            {
                return [];
            }

            List<CheckpointCause> causes = _kinds.GetRange(0, Math.Min(_kinds.Count, MostCauses));
            List<WrongSize> sizes = _sizes.FindAll(static size => size.Tensors.Count > 1);
            while (causes.Count < MostCauses && sizes.Count > 0)
            {
                // Of several that explain as much the first comes first.
                WrongSize most = sizes[0];
                foreach (WrongSize size in sizes)
                {
                    most = size.Tensors.Count > most.Tensors.Count ? size : most;
                }

                sizes.Remove(most);
                causes.Add(most.ToCause());
            }

            return causes;
        }
    }

    /// <summary>What is worth knowing though it is no problem.</summary>
    public IReadOnlyList<string> Notices { get; private set; } = [];

    /// <summary>What loading throws: the first problem, and what explains it and others.</summary>
    /// <exception cref="InvalidOperationException">There is no problem.</exception>
    public CheckpointException ToException()
    {
        CheckpointException first = _problems.Count > 0 ? _problems[0] : throw new InvalidOperationException("The tensors fit.");
        IReadOnlyList<CheckpointCause> causes = Causes;
        return causes.Count == 0
            ? first
            : new CheckpointException($"{first.Message} In all there are {_problems.Count} such problems: {Messages(causes)}.", first.TensorName, first);
    }

    /// <inheritdoc/>
    public IEnumerator<CheckpointException> GetEnumerator() => _problems.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds a problem, once: a table that serves as several is looked at several times.</summary>
    public void Add(CheckpointException problem)
    {
        if (_messages.Add(problem.Message))
        {
            _problems.Add(problem);
        }
    }

    /// <summary>Notes that a tensor does not fit because a property has another number.</summary>
    public void Note(string tensor, string property, long declared, long found)
    {
        WrongSize? size = _sizes.Find(size => size.Property == property && size.Declared == declared && size.Found == found);
        if (size is null)
        {
            _sizes.Add(size = new WrongSize(property, declared, found));
        }

        size.Tensors.Add(tensor);
    }

    /// <summary>Notes what concerns all of the file.</summary>
    public void Note(CheckpointCause cause) => _kinds.Add(cause);

    /// <summary>Takes down what is worth knowing of tensors that were found.</summary>
    public void NoticeOf(CheckpointTensors tensors, ModelDescription model)
    {
        if (!tensors.OutputWeight.IsMissing && !tensors.TargetEmbedding.IsMissing)
        {
            Notices = ModelNotices.Of(model, sharesOutput: tensors.OutputWeight.Name == tensors.TargetEmbedding.Name);
        }
    }

    private static string Messages(IReadOnlyList<CheckpointCause> causes)
    {
        string[] messages = new string[causes.Count];
        for (int i = 0; i < messages.Length; i++)
        {
            messages[i] = causes[i].Message;
        }

        return string.Join("; ", messages);
    }

    /// <summary>A number of the declaration, what tensors say instead, and which do.</summary>
    private sealed class WrongSize(string property, long declared, long found)
    {
        public string Property => property;

        public long Declared => declared;

        public long Found => found;

        public HashSet<string> Tensors { get; } = [];

        public CheckpointCause ToCause() => new($"{property} = {declared}, but {Tensors.Count} tensors say {found}", Tensors.Count, property, declared, found);
    }
}
