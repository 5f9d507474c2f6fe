// The words of the lessons. A stop is a place, as its address says it (docs/page.md), and what there is to see at it.

const SPIRAL = "data=spiral&noise=0.02&net=8tanh,8tanh&opt=adam&eta=0.01&batch=20";
const MOONS = "data=moons&batch=20";

/**
 * @type {{name: string, title: string, about: string, stops: {title: string, text: string, address: string,
 *   plays?: boolean}[]}[]} `plays`: it trains by itself, unless less motion is asked for
 */
export const LESSONS = [
  {
    name: "tour",
    title: "The tour",
    about: "One step of training by hand, in seven stops; then a whole training.",
    stops: [
      {
        title: "From the input to the hidden units",
        text: "Two numbers come in: x = (0.5, 0.5). Each of the three hidden units weighs them, adds its bias, and so has a number z1 of its own. Edges are weights: solid above 0, dashed below, and the wider, the larger.",
        address: "data=worked&line=z1&why=z1[0,1]&parts=-charts",
      },
      {
        title: "Relu: what is below 0 becomes 0",
        text: "Relu lets through what is above 0, and gives 0 otherwise. The unit at the top has z1 = −0.3, so it is off. Without such a bend, two layers could say no more than one.",
        address: "data=worked&line=a1&why=a1[0,0]&parts=-charts",
      },
      {
        title: "From the hidden units to the outputs",
        text: "The same once more: each output weighs what the hidden units give, and adds its bias. The unit that is off adds nothing, whatever its weights are.",
        address: "data=worked&line=z2&why=z2[0,0]&parts=-charts",
      },
      {
        title: "Softmax: outputs become probabilities",
        text: "e to the power of each output makes all of them positive; each one’s share of the sum is a probability. This network gives class 0 the probability 0.857. But the sample is of class 1.",
        address: "data=worked&line=a2&why=a2[0,1]&parts=-charts",
      },
      {
        title: "The loss, and the way back",
        text: "The loss L = 1.944 says how wrong that is. How fast does it grow with each number of the network? The chain rule answers from the end: at the outputs it is what was said less what is right, dz2; and a weight’s gradient in dW2 is what went in, times what comes back.",
        address: "data=worked&line=dz2&why=dz2[0,1]&parts=-charts",
      },
      {
        title: "Relu’s gate, and the first weights",
        text: "Back through the weights comes da1. Where relu was on, it passes; where the unit was off, it stops, so the weights of that unit learn nothing from this sample. Those of the others do, in dW1: again what went in, times what comes back.",
        address: "data=worked&line=dz1&why=dz1[0,0]&parts=-charts",
      },
      {
        title: "The update, and again",
        text: "Each weight moves a little against its gradient: by η times it, here a hundredth. The loss gets smaller. That was one step; training is the same program again and again.",
        address: "data=worked&line=W1_new&why=W1_new[0,1]",
      },
      {
        title: "Now train it",
        text: "Two spirals, and 16 hidden units in two layers: the same lines, twenty samples at a time. Watch the surface bend and the loss fall. Pause it whenever you like, and ask any number why.",
        address: `${SPIRAL}&mode=train`,
        plays: true,
      },
    ],
  },
  {
    name: "xor",
    title: "Why exclusive or sticks at 0.5",
    about: "What no straight line can part.",
    stops: [
      {
        title: "No line parts them",
        text: "Each class has two corners, across from each other. This network has no hidden layer, so all that it can draw is a straight line. After 800 steps it still says about 0.5 everywhere, and its loss is that of a coin, log 2 = 0.693.",
        address: "data=xor&samples=200&noise=0.02&net=none&opt=adam&eta=0.05&batch=20&step=800&mode=train",
      },
      {
        title: "Four hidden units bend it",
        text: "With four relus in between, each of which folds the plane along a line of its own, the corners can be parted. See it come about.",
        address: "data=xor&samples=200&noise=0.02&net=4relu&opt=adam&eta=0.02&batch=20&mode=train",
        plays: true,
      },
    ],
  },
  {
    name: "off-for-ever",
    title: "A relu that is off for ever",
    about: "How a unit dies, and what keeps it alive.",
    stops: [
      {
        title: "What is off learns nothing",
        text: "The unit at the top is off. What comes back to it is multiplied by 0, so its weights have the gradient 0, and do not move.",
        address: "data=worked&line=dz1&why=dz1[0,0]&parts=-charts",
      },
      {
        title: "One step too far",
        text: "Here one step was taken with η = 1, a hundred times the usual. All three units are off now, and stay off: nothing comes back to their weights. Only the biases of the outputs still learn.",
        address: "data=worked&eta=1&step=1&line=dz1&why=dz1[0,1]&parts=-charts",
      },
      {
        title: "A relu that leaks",
        text: "Leaky relu lets a hundredth of what is below 0 through, and passes a hundredth of the gradient. It is little, but not 0: the unit at the top can find its way back.",
        address: "data=worked&net=3leaky_relu&init=worked&line=dz1&why=dz1[0,0]&parts=-charts",
      },
    ],
  },
  {
    name: "too-large-a-step",
    title: "Too large a step",
    about: "The same network with three learning rates.",
    stops: [
      {
        title: "η = 0.01: slow",
        text: "300 steps on two moons. The loss falls with every epoch, but it has a long way to go.",
        address: `${MOONS}&net=8tanh&eta=0.01&step=300&mode=train`,
      },
      {
        title: "η = 3: quick",
        text: "The same start, the same 300 steps, each 300 times as large. The curve is rough at first, and the moons are parted.",
        address: `${MOONS}&net=8tanh&eta=3&step=300&mode=train`,
      },
      {
        title: "η = 300: too large",
        text: "Each step leaps over the valley and lands higher on the other side. The loss is hundreds of times what it was, and the hidden units sit at −1 or 1, where tanh is flat and passes hardly a gradient. No later step mends that.",
        address: `${MOONS}&net=8tanh&eta=300&step=300&mode=train`,
      },
    ],
  },
  {
    name: "all-alike",
    title: "Weights that start alike",
    about: "Why weights start at random.",
    stops: [
      {
        title: "All weights start at 0",
        text: "The three hidden units begin with the same weights, so they get the same gradients, and remain one unit three times. From 0 not even that one learns: after 500 steps the loss is that of a coin.",
        address: `${MOONS}&net=3tanh&init=zeros&eta=0.3&step=500&mode=train`,
      },
      {
        title: "A little chance",
        text: "The same network, its weights drawn at random. Now each unit finds a direction of its own.",
        address: `${MOONS}&net=3tanh&eta=0.3&mode=train`,
        plays: true,
      },
    ],
  },
  {
    name: "fill-in",
    title: "Fill in the backward pass",
    about: "A sheet of exercises: the gradients are hidden.",
    stops: [
      {
        title: "From the outputs to the hidden units",
        text: "The gradients on the way back are hidden, everywhere on the page. Begin with dz2, and go on to da1 and dz1. What is right stays; three digits will do.",
        address: "data=worked&line=dz2&hide=dz2,da1,dz1&parts=-why,-charts",
      },
      {
        title: "The weights’ own gradients",
        text: "A weight’s gradient is what went in, times what comes back. Fill in dW2, then dW1. Some can be told without counting.",
        address: "data=worked&line=dW2&hide=dW2,dW1&parts=-why,-charts",
      },
    ],
  },
];

/** The lesson and the stop that `{name, at}` means. */
export function stopOf({ name, at }) {
  const lesson = LESSONS.find((each) => each.name === name);
  return { lesson, stop: lesson.stops[at] };
}
