// A place in an intrusive, circular, doubly linked list: joining and leaving cost O(1) and allocate nothing.
//
// A list is a Link that stands for its head. The tag tells the lists apart that one object is in. Not
// thread-safe.
#pragma once

namespace router::base {

template <class Tag>
struct Link {
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { leave(); }

  bool alone() const { return next == this; }
  // Joins the list of `head` as its last element.
  void join(Link& head) {
    leave();
    previous = head.previous;
    next = &head;
    previous->next = this;
    head.previous = this;
  }
  void leave() {
    previous->next = next;
    next->previous = previous;
    previous = next = this;
  }

  Link* previous = this;
  Link* next = this;
};

}  // namespace router::base
